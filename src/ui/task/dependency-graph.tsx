/** What stands around the task, drawn: first things at the left, the longest open chain in the accent's colour. */

import { Link } from 'wouter'
import { type DependencyGraph, graphAround } from '../../core/dependency-graph.ts'
import { gates } from '../../core/readiness.ts'
import { isNodeId, type NodeId } from '../../core/ids.ts'
import type { TaskRow } from '../../replica/task-row.ts'
import { useVersion } from '../hooks.ts'
import { links } from '../links.ts'
import { useSession } from '../session.ts'
import { count, STATUS_TITLE } from '../words.ts'
import css from './dependency-graph.module.css'

const MOST = 24
const [WIDTH, HEIGHT, GAP_X, GAP_Y] = [76, 26, 34, 10]

export function DependencyGraphView({ task }: { readonly task: TaskRow }) {
  const graph = useGraph(task)
  const { workspaceId, replica } = useSession()
  if (graph.layers.length < 2) return null
  const places = placesOf(graph)
  const rows = Math.max(...graph.layers.map((layer) => layer.length))
  const size = [graph.layers.length * (WIDTH + GAP_X) - GAP_X, rows * (HEIGHT + GAP_Y) - GAP_Y] as const
  const chain = new Set(graph.critical)
  return (
    <figure className={css['figure']} aria-label="What waits on what">
      <div className={css['scroll']}>
        <svg width={size[0]} height={size[1]} viewBox={`-1 -1 ${size[0] + 2} ${size[1] + 2}`}>
          {graph.edges.map(([first, then]) => (
            <path
              key={`${first} ${then}`}
              className={css['edge']}
              data-chain={isNext(graph, first, then) || undefined}
              d={curve(places.get(first) as Place, places.get(then) as Place)}
            />
          ))}
          {graph.layers.flat().map((id) => {
            const row = replica.views.task(id)
            const [x, y] = places.get(id) as Place
            if (!row) return null
            return (
              <Link
                key={id}
                href={links.task(workspaceId, row.key)}
                className={css['node']}
                data-self={id === task.id || undefined}
                data-chain={chain.has(id) || undefined}
                data-status={row.status}
                aria-label={`${row.key} ${row.title}, ${STATUS_TITLE[row.status]}`}
                aria-current={id === task.id ? 'true' : undefined}
              >
                <title>{`${row.title} (${STATUS_TITLE[row.status]})`}</title>
                <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="7" />
                <circle cx={x + 13} cy={y + HEIGHT / 2} r="4" />
                <text x={x + 24} y={y + HEIGHT / 2} dominantBaseline="central">
                  {row.key}
                </text>
              </Link>
            )
          })}
        </svg>
      </div>
      <figcaption className={css['caption']}>
        {graph.critical.length > 0
          ? `Longest open chain: ${count(graph.critical.length, 'task')}.`
          : 'Nothing open is in the way.'}
        {graph.left > 0 ? ` ${count(graph.left, 'more task')} not shown.` : ''}
      </figcaption>
    </figure>
  )
}

type Place = readonly [x: number, y: number]

/** Far away tasks change it, so it is looked at again with every change while it is open. The look is bounded. */
function useGraph({ id }: TaskRow): DependencyGraph {
  const { views } = useSession().replica
  useVersion()
  return graphAround(
    id,
    {
      waitsOn: (one) =>
        (views.task(one)?.dependencies ?? []).flatMap((dependency) =>
          gates(dependency) && isNodeId(dependency.to) && views.task(dependency.to)?.deleted === false ? [dependency.to] : [],
        ),
      neededBy: (one) =>
        [...views.dependentsOf(one)].filter((other) => {
          const row = views.task(other)
          return row?.deleted === false && row.dependencies.some((dependency) => dependency.to === one && gates(dependency))
        }),
      isOpen: (one) => !['done', 'cancelled'].includes(views.task(one)?.status ?? 'done'),
      weightOf: () => 1,
    },
    MOST,
  )
}

function placesOf({ layers }: DependencyGraph): Map<NodeId, Place> {
  const rows = Math.max(...layers.map((layer) => layer.length))
  return new Map(
    layers.flatMap((layer, column) =>
      layer.map((id, row): [NodeId, Place] => {
        const above = ((rows - layer.length) * (HEIGHT + GAP_Y)) / 2
        return [id, [column * (WIDTH + GAP_X), above + row * (HEIGHT + GAP_Y)]]
      }),
    ),
  )
}

function curve([x1, y1]: Place, [x2, y2]: Place): string {
  const [from, to] = [
    [x1 + WIDTH, y1 + HEIGHT / 2],
    [x2, y2 + HEIGHT / 2],
  ] as const
  const bend = Math.max(GAP_X / 2, Math.abs(to[0] - from[0]) / 2)
  return `M${from[0]} ${from[1]}C${from[0] + bend} ${from[1]} ${to[0] - bend} ${to[1]} ${to[0]} ${to[1]}`
}

function isNext({ critical }: DependencyGraph, first: NodeId, then: NodeId): boolean {
  const at = critical.indexOf(first)
  return at >= 0 && critical[at + 1] === then
}
