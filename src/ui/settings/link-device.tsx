import { useState } from 'react'
import type { Result } from '../../base/result.ts'
import { faultWords } from '../words.ts'
import { Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import { useSession } from '../session.ts'
import { SecretLink } from '../shell/secret-link.tsx'

/** Made when it is asked for: each link is a grant in the log. */
export function LinkDevice() {
  const session = useSession()
  const [made, setMade] = useState<Result<string> | 'making' | null>(null)
  const make = (): void => {
    setMade('making')
    session
      .invite({ kind: 'device' })
      .then(setMade, (error: unknown) =>
        setMade({ ok: false, refusal: { code: 'unavailable', detail: `No link was made: ${faultWords(error)}` } }),
      )
  }
  return (
    <>
      <p>
        Open a link on your phone or another computer, and it joins as you, with your rights. Keep this page open until it is in.
      </p>
      {made === null ? (
        <div>
          <Button look="outline" onClick={make}>
            Make a link for a device
          </Button>
        </div>
      ) : made !== 'making' && !made.ok ? (
        <Problem>{made.refusal.detail}</Problem>
      ) : (
        <SecretLink label="Device link" link={made === 'making' ? '' : made.value} />
      )}
    </>
  )
}
