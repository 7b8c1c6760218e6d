/** What `import … from 'worknode'` gives: the one entry of the package. */

export { Client, type ClientOptions, type TaskFilter } from './client.ts'
export type { ArrivedEvent, CallOptions, Door, EventFilter } from './door.ts'
export { WorknodeError } from './error.ts'
export type { AnswerOf, InputOf, OperationName, TaskData } from './operations.ts'
export type { RunOptions } from './run.ts'
export { type AskOptions, type Evidence, Task } from './task.ts'
export { type FeedOptions, type FeedReader, type FeedShare, openFeed, shareEvents, transferOf } from './event-feed.ts'
