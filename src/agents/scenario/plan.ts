/** The plan of the demo: one sentence, and the graph of tasks that a coordinator makes of it. */

import type { InputOf } from '../../operations/table.ts'
import { APP_NAME } from './app-files.ts'

export const SENTENCE = 'A shopping list for our household that works without a network.'

/** The one task that a person writes; the rest is planned from it. */
export const GOAL = {
  title: 'Plan a shopping list for our household',
  body: `${SENTENCE}\n\nPlan it as a small web application without a build step, and give each part to one of the agents here.`,
} as const

export const TITLES = {
  design: 'Design the shopping list',
  store: 'Build the list and what keeps it',
  page: 'Build the page',
  tests: 'Test the list',
  guide: 'Write the guide',
} as const

type PlannedTask = InputOf<'plan_tasks'>['tasks'][number]
type Part = PlannedTask & { readonly ref: keyof typeof TITLES; readonly role: string }

/** What every task of the plan carries, word by word. */
export const DECISIONS: readonly string[] = [
  `The app is called ${APP_NAME}.`,
  'Plain HTML, CSS and JavaScript modules: nothing is built, nothing is loaded from outside.',
  'A list is { items, nextId }; an item is { id, name, count, done }. docs/design.md has the rest.',
  'Data and rules live below src/api, the page in index.html and src/ui, tests below tests.',
]

const PARTS: readonly Part[] = [
  {
    ref: 'design',
    role: 'architect',
    title: TITLES.design,
    body: 'Write down the data, the functions between the parts and where each file goes, so that the page and the data can be built side by side.',
    files: ['docs/design.md'],
    checks: ['The data has an example', 'Each function between the parts is named with what it takes and gives'],
    priority: 1,
  },
  {
    ref: 'store',
    role: 'backend',
    title: TITLES.store,
    body: 'Build what the design calls store and storage. The same thing written twice is counted up. It must work where a browser keeps nothing.',
    files: ['src/api/**'],
    checks: ['All functions of the design are there', 'Nothing changes the list that it was given'],
    dependsOn: ['design'],
  },
  {
    ref: 'page',
    role: 'frontend',
    title: TITLES.page,
    body: 'Build the page on the functions of the design. Ask which accent colour the household would like.',
    files: ['index.html', 'src/ui/**'],
    checks: ['Everything works by keyboard', 'Words of people go in as text'],
    dependsOn: ['design'],
  },
  {
    ref: 'tests',
    role: 'tester',
    title: TITLES.tests,
    body: 'Test what was promised of the list and of what keeps it, run the tests, and hand in what came out.',
    files: ['tests/**'],
    checks: ['The tests ran, and their result is handed in'],
    dependsOn: ['store', 'page'],
  },
  {
    ref: 'guide',
    role: 'writer',
    title: TITLES.guide,
    body: 'Write docs/README.md for somebody who has never seen the app: what it is for, how to use it, how it is built.',
    files: ['docs/README.md'],
    checks: ['What it tells to do was tried'],
    dependsOn: ['tests'],
  },
]

/** The plan for those who are here: each part to all agents of its role, and to nobody where there is none. */
export function planFor(agents: readonly { readonly id: string; readonly role: string | null }[]): InputOf<'plan_tasks'> {
  const tasks = PARTS.map(({ role, ...task }) => ({
    ...task,
    assignees: agents.filter((agent) => agent.role === role).map(({ id }) => id),
  }))
  return { tasks, decisions: [...DECISIONS] }
}

export function checksOf(ref: keyof typeof TITLES): readonly string[] {
  return PARTS.find((part) => part.ref === ref)?.checks ?? []
}
