/** Opens the page in a person's browser, where there is a person and a browser. */
import { spawn } from 'node:child_process'

/** `url` is ours: an address and a base64url fragment, so no shell or launcher finds anything in it to interpret. */
export function openBrowser(url: string, report: (line: string) => void): void {
  const launcher = launcherOf(process.platform, process.env)
  if (!launcher) return
  const [command, ...args] = launcher
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', (error) => report(`no browser opened: ${error.message}`))
  child.unref()
}

function launcherOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}
