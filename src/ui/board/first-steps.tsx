import { useState } from 'react'
import { faultWords } from '../words.ts'
import { runCommand } from '../commands/handlers.ts'
import { useKeysOf } from '../commands/use-keys.ts'
import { useHasTasks } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { notify, notifyRefusal } from '../notices.ts'
import { samplePlan } from '../sample-plan.ts'
import { useSession } from '../session.ts'
import css from './board.module.css'

/** What to do on a board without tasks. */
export function FirstSteps({ mayCreate }: { readonly mayCreate: boolean }) {
  const session = useSession()
  const keys = { task: useKeysOf('new-task').words, search: useKeysOf('search').words, all: useKeysOf('keys').words }
  const [isFilling, setFilling] = useState(false)
  if (useHasTasks()) return null
  const fill = async (): Promise<void> => {
    const filled = await session.importPlan(await samplePlan(), () => undefined)
    if (filled.ok) notify('A sample plan is on the board. Look around, move things, delete them')
    else notifyRefusal(filled.refusal)
  }
  const fillIn = (): void => {
    setFilling(true)
    fill()
      .catch((error: unknown) =>
        notify(`The sample could not be loaded: ${faultWords(error)}. Nothing was changed`, { tone: 'bad' }),
      )
      .finally(() => setFilling(false))
  }
  return (
    <div className={css['first']}>
      <div className={css['firstBox']}>
        <h2 className={css['firstTitle']}>A board to share</h2>
        {mayCreate ? null : <p>Nothing is here yet. What others add appears by itself.</p>}
        <p hidden={!mayCreate}>
          Write the first task at the top of a column
          <span className={css['byKey']}>
            {' '}
            and press <kbd>Enter</kbd>
            {keys.task === null ? null : (
              <>
                , or press <kbd>{keys.task}</kbd> for one with details
              </>
            )}
          </span>
          . A task goes from Backlog to Done; agents take theirs from Ready. Then invite whoever works with you, people or agents.
        </p>
        <div hidden={!mayCreate}>
          <Button look="outline" onClick={() => runCommand('new-task')}>
            Make a task
          </Button>{' '}
          <Button disabled={isFilling} onClick={fillIn}>
            {isFilling ? 'Filling in …' : 'Fill in a sample plan'}
          </Button>
        </div>
        <p className={css['byKey']}>
          {keys.search === null ? null : (
            <>
              <kbd>{keys.search}</kbd> finds everything
            </>
          )}
          {keys.search === null || keys.all === null ? null : ', '}
          {keys.all === null ? null : (
            <>
              <kbd>{keys.all}</kbd> shows all keys
            </>
          )}
          .
        </p>
      </div>
    </div>
  )
}
