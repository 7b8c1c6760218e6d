import { useAuthorityVersion } from '../people/use-authority.ts'
import { useSession } from '../session.ts'

/** Whether this person may add tasks here. */
export function useMayCreate(): boolean {
  const { replica } = useSession()
  useAuthorityVersion()
  return replica.may('create', 'task')
}

/** Whether this person may change what the workspace says of its board. */
export function useMayShare(): boolean {
  const { replica } = useSession()
  useAuthorityVersion()
  return replica.may('update', 'workspace')
}
