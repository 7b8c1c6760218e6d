import { useState } from 'react'
import { useAct } from '../act.ts'
import { useWorkspaceName } from '../hooks.ts'
import { Button } from '../kit/button.tsx'
import { Confirm } from '../kit/confirm.tsx'
import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'

export function LeaveWorkspace() {
  const { replica } = useSession()
  const act = useAct()
  const name = useWorkspaceName()
  const [isAsked, setAsked] = useState(false)
  useAuthorityVersion()
  const { held } = replica
  if (held.length === 0) return <p>You hold no rights here, so there is nothing to give up.</p>
  if (held.some(({ isRoot }) => isRoot))
    return <p>You founded this workspace and cannot leave it: nobody would be left who can end your rights for good.</p>
  const leave = (): void => {
    for (const { id } of held) if (!act('renounce_capability', { id })) return
  }
  return (
    <>
      <p>You give up your rights on this device. What you wrote stays, and so do those whom you let in.</p>
      <div>
        <Button look="outline" onClick={() => setAsked(true)}>
          Leave {name} …
        </Button>
      </div>
      {isAsked ? (
        <Confirm title={`Leave ${name}?`} action={`Leave ${name}`} onClose={() => setAsked(false)} onConfirm={leave}>
          This device can change nothing here any more, and will not be able to read what is written from now on. To come back,
          you need a new invite.
        </Confirm>
      ) : null}
    </>
  )
}
