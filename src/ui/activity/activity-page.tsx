/** The event stream: who did what, as it came in here, with signature and verdict; and the ways out of it, a file and the past. */

import { Download, History } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { eventLines } from '../../replica/event-pages.ts'
import { faultWords } from '../words.ts'
import { Button } from '../kit/button.tsx'
import { links } from '../links.ts'
import { notify } from '../notices.ts'
import { saveFile } from '../save-file.ts'
import { useSession } from '../session.ts'
import css from './activity-page.module.css'
import { EventList } from './event-list.tsx'
import { Filters } from './filters.tsx'
import { useFilter } from './use-filter.ts'

export function ActivityPage() {
  const { workspaceId } = useSession()
  const choice = useFilter()
  return (
    <section className={css['page']} aria-label="Activity">
      <div className={css['bar']}>
        <Filters choice={choice} />
        <span className={css['spring']} />
        <ExportButton />
        <Link className={css['barLink']} href={links.past(workspaceId)}>
          <History size={15} aria-hidden /> Time travel
        </Link>
      </div>
      {choice.isTaskUnknown ? (
        <p className={css['empty']}>No task here goes by {choice.text.task}. Its key stands on its card, such as WN-12.</p>
      ) : (
        <EventList filter={choice.filter} onClear={choice.isFiltering ? choice.clear : null} />
      )}
    </section>
  )
}

/** Everything, whatever is shown: a file that leaves things out would be taken for the whole. */
function ExportButton() {
  const { replica, workspaceId } = useSession()
  const [done, setDone] = useState<number | null>(null)
  const run = async (): Promise<void> => {
    setDone(0)
    const parts: string[] = []
    for await (const { lines, batches } of eventLines(replica)) {
      parts.push(lines)
      setDone(batches)
    }
    saveFile(parts, `worknode-${workspaceId.slice(0, 8)}-events.jsonl`)
    notify('All events are in your downloads, a JSON line each, as “worknode verify --events” writes them')
  }
  const words = done === null ? 'Export' : `${done.toLocaleString('en')} of ${replica.history.count.toLocaleString('en')} …`
  return (
    <Button
      look="outline"
      disabled={done !== null}
      aria-label={done === null ? 'Export all events as JSON lines' : `Exporting: ${words}`}
      title="All events, a JSON line each"
      onClick={() => {
        run()
          .catch((error: unknown) => notify(`The log cannot be read now: ${faultWords(error)}`, { tone: 'bad' }))
          .finally(() => setDone(null))
      }}
    >
      <Download size={15} aria-hidden />
      <span className={css['barText']}>{words}</span>
    </Button>
  )
}
