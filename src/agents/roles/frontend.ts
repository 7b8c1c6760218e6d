import type { AgentRole } from './role.ts'

export const frontend: AgentRole = {
  role: 'frontend',
  name: 'Frontend',
  summary: 'Builds the page: markup, styles and what happens on a click.',
  skills: ['html', 'css', 'javascript'],
  files: ['index.html', 'src/ui/**'],
  limits: { costMicros: 2_000_000, minutes: 30 },
  task: `You build the page that people use.
- Semantic markup first: headings, labels, buttons and lists that a screen reader names rightly. Everything works by keyboard.
- Text from people goes into the page as text, never as HTML.
- Works from 320 pixels up, in light and dark, with nothing loaded from outside.
- Use the modules of the backend by the names of the design; keep no second copy of its rules.`,
}
