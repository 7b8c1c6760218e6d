/**
 * What the agents of the demo do, step by step. Their words and files are written beforehand; all else is real: claims, rights, refusals,
 * the question and its answer, the tests and their result. Backend tries one file that is not its own, to show what becomes of that.
 */

import type { Scene, Script } from '../scripted.ts'
import { accentIn, ACCENTS, APP_FILES, type AppFile, themeWith } from './app-files.ts'
import { checksOf, GOAL, planFor, TITLES } from './plan.ts'
import { answered, type Move, saidByPeople, scriptOf, wasRefused } from './script.ts'

const THEME = 'src/ui/theme.css'

function write(path: AppFile): {
  readonly name: 'write_document'
  readonly input: { readonly path: string; readonly content: string }
} {
  return { name: 'write_document', input: { path, content: APP_FILES[path] } }
}

function step(
  percent: number,
  words: string,
): { readonly name: 'progress'; readonly input: { readonly percent: number; readonly step: string } } {
  return { name: 'progress', input: { percent, step: words } }
}

interface Handoff {
  readonly changed: readonly string[]
  readonly verified: readonly string[]
  readonly decided: readonly string[]
  readonly risks: readonly string[]
}

function submit(summary: string, checks: readonly string[], handoff: Handoff) {
  return { name: 'submit', input: { summary, checks, handoff } }
}

/** Each item of the checklist of a part of the plan. */
function ticks(ref: keyof typeof TITLES) {
  return checksOf(ref).map((check) => ({ name: 'tick', input: { check } }))
}

const coordinator: readonly Move[] = [
  () => ({
    say: 'I read the goal and look who is here.',
    calls: [step(20, 'Looking who is here'), { name: 'list_agents', input: {} }],
  }),
  (scene) => ({
    say: 'Five parts. The design comes first; then data and page side by side; then the tests, and the guide last.',
    calls: [step(60, 'Planning'), { name: 'plan_tasks', input: planFor(agentsIn(answered(scene, 'list_agents'))) }],
  }),
  (scene) =>
    wasRefused(scene, 'plan_tasks')
      ? {
          say: 'The plan was refused.',
          calls: [{ name: 'block', input: { reason: `The plan was refused: ${scene.answers.at(-1)?.output ?? ''}` } }],
        }
      : {
          say: 'The plan stands.',
          calls: [
            submit(
              'Planned in five tasks, each with its files and checks.',
              ['Every part has its task', 'What is shared stands in all of them'],
              {
                changed: ['Five tasks, and what waits on what'],
                verified: ['Each is given to an agent that is here'],
                decided: ['Plain modules without a build step', 'Data and page are built side by side'],
                risks: ['The page is tested by hand only'],
              },
            ),
          ],
        },
]

const architect: readonly Move[] = [
  () => ({
    say: 'What is the least that a household needs? One list, and items that can be ticked.',
    calls: [step(20, 'Thinking about the data')],
  }),
  () => ({
    say: 'The functions take a list and give back a new one: then data and page can be built apart.',
    calls: [step(50, 'Writing the design'), write('docs/design.md')],
  }),
  () => ({
    say: 'I read it once more with the eyes of those who build from it.',
    calls: [step(90, 'Reading it again'), { name: 'read_document', input: { path: 'docs/design.md' } }],
  }),
  () => ({
    say: 'Done.',
    calls: [
      ...ticks('design'),
      submit(
        'The design is in docs/design.md.',
        ['The data has an example', 'Seven functions are named with what they take and give'],
        {
          changed: ['docs/design.md'],
          verified: ['Read against the goal: nothing in it that nobody asked for'],
          decided: ['Ids are never given twice', 'Names have at most 60 characters'],
          risks: ['One device only: lists are not shared between phones'],
        },
      ),
    ],
  }),
]

const backend: readonly Move[] = [
  () => ({
    say: 'I read the design.',
    calls: [step(10, 'Reading the design'), { name: 'read_document', input: { path: 'docs/design.md' } }],
  }),
  () => ({ say: 'First the list itself, as plain functions.', calls: [step(35, 'Writing the list'), write('src/api/store.js')] }),
  () => ({
    say: 'Now what keeps it, also where a browser forbids that.',
    calls: [step(65, 'Writing what keeps it'), write('src/api/storage.js')],
  }),
  () => ({
    say: 'The page could use a line of mine. I try to write it there.',
    calls: [
      step(80, 'Trying a file of the page'),
      { name: 'write_document', input: { path: 'src/ui/helpers.js', content: 'export {}\n' } },
    ],
  }),
  (scene) => ({
    say: wasRefused(scene, 'write_document')
      ? 'Refused: that file is not mine to write. I leave it to Frontend.'
      : 'It is written.',
    calls: [
      {
        name: 'comment',
        input: { text: 'I wanted to put a helper into src/ui, and may not write there. The page has all it needs from src/api.' },
      },
    ],
  }),
  () => ({
    say: 'Done.',
    calls: [
      ...ticks('store'),
      submit(
        'store.js and storage.js do what the design says.',
        ['All functions of the design are there', 'Nothing changes the list that it was given'],
        {
          changed: ['src/api/store.js', 'src/api/storage.js'],
          verified: ['Read function by function against the design'],
          decided: ['The same item twice is counted, whatever its case', 'A list that cannot be read counts as empty'],
          risks: ['Not run yet: that is for the tests'],
        },
      ),
    ],
  }),
]

const frontend: readonly Move[] = [
  () => ({
    say: 'I read the design.',
    calls: [step(10, 'Reading the design'), { name: 'read_document', input: { path: 'docs/design.md' } }],
  }),
  () => ({
    say: 'First the page without any style: a heading, one field, a list.',
    calls: [step(25, 'Writing the page'), write('index.html')],
  }),
  () => ({
    say: 'A colour is a matter of taste. I ask.',
    calls: [
      step(35, 'Asking for a colour'),
      {
        name: 'ask',
        input: { question: 'Which accent colour should the shopping list have?', options: Object.keys(ACCENTS), freeForm: true },
      },
    ],
  }),
  ({ messages }) => ({
    say: 'Then this colour it is.',
    calls: [step(50, 'Choosing the colours'), theme(saidByPeople(messages)), write('src/ui/style.css')],
  }),
  () => ({
    say: 'Now what happens on a click. Words of people go in as text.',
    calls: [step(75, 'Writing what happens'), write('src/ui/view.js'), write('src/ui/main.js')],
  }),
  () => ({
    say: 'I look whether all that the page names is there.',
    calls: [step(90, 'Looking it over'), { name: 'list_documents', input: { under: 'src/' } }],
  }),
  ({ messages }) => ({
    say: 'Done.',
    calls: [
      ...ticks('page'),
      submit(
        'The page is there. Open index.html in the preview.',
        ['Everything works by keyboard', 'Words of people go in as text'],
        {
          changed: ['index.html', 'src/ui/theme.css', 'src/ui/style.css', 'src/ui/view.js', 'src/ui/main.js'],
          verified: ['All files that the page names are there'],
          decided: [`The accent colour, as answered: ${saidByPeople(messages).at(0) ?? 'the first one'}`],
          risks: ['In a sandbox the list lasts for one visit'],
        },
      ),
    ],
  }),
]

const tester: readonly Move[] = [
  () => ({
    say: 'I read what was promised before I read the code.',
    calls: [step(10, 'Reading the design'), { name: 'read_document', input: { path: 'docs/design.md' } }],
  }),
  () => ({
    say: 'First the list: what was promised, then the edges.',
    calls: [step(35, 'Writing tests of the list'), write('tests/store.test.js')],
  }),
  () => ({
    say: 'Then what keeps it: a browser that keeps nothing, and one that keeps rubbish.',
    calls: [step(60, 'Writing tests of the storage'), write('tests/storage.test.js')],
  }),
  () => ({ say: 'Now they run.', calls: [step(80, 'Running the tests'), { name: 'run_tests', input: { under: 'tests/' } }] }),
  (scene) => {
    const { passed, summary = 'The tests could not be run', lines } = (answered(scene, 'run_tests') ?? {}) as Partial<Ran>
    return passed === true
      ? {
          say: `${summary}.`,
          calls: [
            ...ticks('tests'),
            submit(`${summary}, in a sandbox without network.`, lines ?? [], {
              changed: ['tests/store.test.js', 'tests/storage.test.js'],
              verified: [summary],
              decided: ['The page is not tested here: it has no rules of its own'],
              risks: ['Nobody has tried it on a phone'],
            }),
          ],
        }
      : {
          say: `${summary}.`,
          calls: [
            { name: 'block', input: { reason: `${summary}. ${(lines ?? []).filter((line) => line.startsWith('✗')).join(' ')}` } },
          ],
        }
  },
]

interface Ran {
  readonly passed: boolean
  readonly summary: string
  readonly lines: readonly string[]
}

const writer: readonly Move[] = [
  () => ({
    say: 'I read what there is before I say what it does.',
    calls: [
      step(20, 'Reading the code'),
      { name: 'read_document', input: { path: 'src/api/store.js' } },
      { name: 'read_document', input: { path: 'index.html' } },
    ],
  }),
  () => ({
    say: 'What it is for, how to use it, how it is built.',
    calls: [step(60, 'Writing the guide'), write('docs/README.md')],
  }),
  () => ({
    say: 'I read it again beside the page.',
    calls: [step(85, 'Reading it again'), { name: 'read_document', input: { path: 'docs/README.md' } }],
  }),
  () => ({
    say: 'Done.',
    calls: [
      ...ticks('guide'),
      submit('The guide is in docs/README.md.', ['Each step in it was read against the code'], {
        changed: ['docs/README.md'],
        verified: ['Each step was read against the code'],
        decided: ['No pictures: the page is simpler than they would be'],
        risks: [],
      }),
    ],
  }),
]

/** The whole demo; who has no part in it is told so by its task. */
export const demoScript: Script = scriptOf(
  new Map([
    [GOAL.title, { moves: coordinator }],
    [TITLES.design, { moves: architect }],
    [TITLES.store, { moves: backend }],
    [TITLES.page, { moves: frontend, mend: (_words: string, { messages }: Scene) => [theme(saidByPeople(messages))] }],
    [TITLES.tests, { moves: tester, mend: () => [{ name: 'run_tests', input: { under: 'tests/' } }] }],
    [TITLES.guide, { moves: writer }],
  ]),
)

/** The style sheet with the last colour that somebody named. */
function theme(said: readonly string[]): {
  readonly name: 'write_document'
  readonly input: { readonly path: string; readonly content: string }
} {
  const accents = said.flatMap((words) => accentIn(words) ?? [])
  return { name: 'write_document', input: { path: THEME, content: themeWith(accents.at(-1) ?? ACCENTS['Forest green']) } }
}

function agentsIn(listed: unknown): readonly { readonly id: string; readonly role: string | null }[] {
  return Array.isArray(listed) ? (listed as { readonly id: string; readonly role: string | null }[]) : []
}
