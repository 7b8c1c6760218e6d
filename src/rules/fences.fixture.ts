/**
 * The fenced blocks of a Markdown page, and what is said of them above, in comments that readers do not see:
 *
 *   <!-- not run: reason -->            the block is for the eye, or this machine may not do it
 *   <!-- not run (npm ci): reason -->   of a shell block, the lines that begin so
 *   <!-- file: .git/hooks/x -->         the block is a file, and is written there
 *   <!-- another folder -->             a shell block, as on another machine: it has a folder of its own
 */

import { assert } from '../base/assert.ts'

export interface Fence {
  /** What stands behind the backticks: a language, and a word that tells blocks of it apart. */
  readonly language: string
  readonly text: string
  readonly line: number
  readonly notRun: string | null
  readonly linesNotRun: readonly string[]
  readonly file: string | null
  readonly isElsewhere: boolean
}

const MARK = /^<!-- (?:(not run)(?: \(([^)]+)\))?: (.+)|file: (\S+)|(another folder)) -->$/

export function fencesIn(page: string): readonly Fence[] {
  const lines = page.split('\n')
  const fences: Fence[] = []
  for (let at = 0; at < lines.length; at++) {
    const language = /^```(.*)$/.exec(lines[at] as string)?.[1]
    if (language === undefined) continue
    const end = lines.indexOf('```', at + 1)
    assert(end > at, 'a fence ends')
    fences.push({ language, text: lines.slice(at + 1, end).join('\n'), line: at + 1, ...marksAbove(lines, at) })
    at = end
  }
  return fences
}

function marksAbove(lines: readonly string[], at: number): Pick<Fence, 'notRun' | 'linesNotRun' | 'file' | 'isElsewhere'> {
  const marks: RegExpExecArray[] = []
  for (let above = at - 1; lines[above]?.startsWith('<!--'); above--) {
    const mark = MARK.exec(lines[above] as string)
    assert(mark !== null, `line ${above + 1} is a mark that is known: ${lines[above]}`)
    marks.push(mark)
  }
  return {
    notRun: marks.find(([, not, words]) => not && words === undefined)?.[3] ?? null,
    linesNotRun: marks.flatMap(([, , words]) => words ?? []),
    file: marks.find(([, , , , file]) => file)?.[4] ?? null,
    isElsewhere: marks.some((mark) => mark[5] !== undefined),
  }
}

export interface Statement {
  readonly command: string
  /** Lines `# → …` below it: what it says, in this order, among other things. `…` is anything. */
  readonly answers: readonly string[]
}

/** A command a line, or several where each but the last ends in a backslash. */
export function statementsIn({ text, linesNotRun }: Fence): readonly Statement[] {
  const statements: { command: string; answers: string[] }[] = []
  for (const line of text.replaceAll('\\\n', '\u0000').split('\n')) {
    const answer = /^# → (.*)$/.exec(line)?.[1]
    if (answer !== undefined) {
      const last = statements.at(-1)
      assert(last !== undefined, 'an answer stands below a command')
      last.answers.push(answer)
    } else if (line.trim() !== '' && !line.startsWith('#'))
      statements.push({ command: line.replaceAll('\u0000', '\\\n'), answers: [] })
  }
  return statements.filter(({ command }) => !linesNotRun.some((words) => command.startsWith(words)))
}

/** The first answer that is not there; null where all are. */
export function missingAnswer(said: string, answers: readonly string[]): string | null {
  const lines = said.split('\n').map((line) => line.trimEnd())
  let from = 0
  for (const answer of answers) {
    const words = answer.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    const pattern = new RegExp(`^${words.join('.*')}$`)
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line))
    if (at < 0) return answer
    from = at + 1
  }
  return null
}
