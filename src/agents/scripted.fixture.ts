/** Scripts of tests: a step after the other, the last one again and again. */

import type { Scene, Script, ScriptedStep } from './scripted.ts'

export function call(name: string, input: unknown = {}): ScriptedStep {
  return { calls: [{ name, input }] }
}

export function steps(...list: readonly (ScriptedStep | ((scene: Scene) => ScriptedStep))[]): Script {
  return (scene) => {
    const step = list[Math.min(scene.turn, list.length - 1)]
    return (typeof step === 'function' ? step(scene) : step) ?? {}
  }
}
