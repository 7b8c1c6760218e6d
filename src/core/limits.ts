/**
 * Every bound, in one place (L5).
 *
 * Protocol constants are part of what makes a batch admissible or a change valid: two replicas that disagree about one
 * split, so they change only with the header version. Local limits are for operations and gates to refuse; the fold
 * never looks at them, since concurrent work can exceed them honestly.
 */

export const PROTOCOL = {
  batchBytes: 256 * 1024,
  batchChanges: 256,
  nesting: 16,
  after: 16,
  frontier: 4096,
  chainDepth: 16,
  counter: 65_536,
  introduced: 256,
  extensions: 16,
  capabilitiesPerBatch: 256,
  pathBytes: 1024,
  pathSegments: 64,
  globsPerGrant: 64,
  sealsPerRekey: 1024,
  adoptsPerChange: 1024,
  /** A run that says nothing for so long may be ended by others. */
  leaseMs: 600_000,
  runsPerAgentAndTask: 16,
  failuresPerTask: 3,
} as const

export const LOCAL = {
  titleChars: 500,
  nameChars: 200,
  commentChars: 65_536,
  textBytes: 1024 * 1024,
  treeDepth: 16,
  labelsPerTask: 256,
  assigneesPerTask: 256,
  dependenciesPerTask: 256,
  checksPerTask: 256,
  optionsPerQuestion: 16,
  /** What is said of a run: with its evidence it fits into a batch, whatever the letters. */
  noteChars: 16_384,
  evidencePerRun: 64,
  /** Of each of the four lists that a run hands on. */
  handoffLines: 16,
  tasksAtOnce: 1000,
  /** How much somebody can say to have read: names of changes, 12 letters each. */
  seenChars: 24_000,
  /** Of whom a person's change holds back: what is told of a value, and of a text. */
  fenceValueChars: 2000,
  fenceDiffChars: 4000,
  /** What was read of so many nodes is kept for them. */
  readingsKept: 2000,
  readingsPerNode: 4,
  /** How many things the model of a run is known to have read. */
  shownPerRun: 256,
  /** A plan appears at once: all of it fits into one batch, whatever the letters. */
  tasksPerPlan: 64,
  decisionsPerPlan: 32,
  planChars: 48_000,
  filesPerTask: 64,
  /** Of tests that run in a sandbox. */
  testRunMs: 5000,
  testModules: 64,
  testChars: 1024 * 1024,
  testsPerRun: 500,
  testWordChars: 300,
  /** An agent that fails so often in a row is left for a person. */
  agentFaults: 8,
  /** Seconds, about: a signature takes milliseconds. A tab in the background looks less often. */
  signingTicks: 20,
  testHeapBytes: 64 * 1024 * 1024,
  sharedViews: 100,
  viewQueryChars: 2000,
  triggers: 50,
  /** Of an interval, or before a deadline: four weeks. */
  triggerMinutes: 40_320,
  /** A trigger that is set off more often switches itself off. */
  triggerFiringsPerHour: 30,
  queryRows: 1000,
  queryRowsDefault: 100,
  /** A page of a list ends where its texts are longer than this together. */
  pageChars: 4 * 1024 * 1024,
  cursorChars: 200,
  eventWaitSeconds: 60,
  streamsPerCaller: 16,
  /** A stream gives a sign of life so often, and is opened again after this long where it broke off. */
  streamSignMs: 15_000,
  streamRetryMs: 2000,
  /** Of a host: how many addresses are told of events, and how much at once. */
  webhooks: 32,
  webhookEvents: 100,
  webhookAnswerMs: 10_000,
  webhookRetryMs: 1000,
  webhookRetryMostMs: 3_600_000,
  /** A receiver that takes nothing for so long is switched off. */
  webhookPatienceMs: 86_400_000,
  /** Verdicts that turned, kept for those who follow the events. */
  turnsKept: 10_000,
  queryDepth: 8,
  /** Rows of a brief list, as models read it, and files that one call writes. */
  briefRows: 50,
  documentsAtOnce: 16,
  /** All that the tools cost a conversation: about 4,000 tokens of 4 characters. */
  toolSchemaChars: 16_000,
  /** Who waits for the answer to a question is told so often that there is none yet. */
  askWaitMs: 25_000,
  askRounds: 8,
  /** A tab that does not say in time which workspace it has open is asleep; one that does not answer a request, busy. */
  doorFindMs: 2000,
  doorLateMs: 50,
  doorAnswerMs: 60_000,
  /** Idempotency-Keys that the tabs of a browser remember together. */
  keysAcrossTabs: 256,
  /** Tabs that are asked for one request. */
  doorTabs: 8,
  queryTerms: 256,
  frameBytes: 64 * 1024,
  messageBytes: 16 * 1024 * 1024,
  heldBatches: 10_000,
  heldBytes: 64 * 1024 * 1024,
  /** What peers may bring of one author's at once, and for long, before they wait: by the most senior right it holds. */
  personChangesPerSecond: 1000,
  personBurst: 500_000,
  agentChangesPerSecond: 100,
  agentBurst: 1000,
  strangerChangesPerSecond: 5,
  strangerBurst: 1000,
  /** Batches of one author that stay outside until their time before those who bring more of them wait. */
  authorOutside: 1000,
  /** What is kept of one author without any right, for others to adopt. */
  vainBatches: 4096,
  vainBytes: 4 * 1024 * 1024,
  presenceBytes: 4096,
  /** Of a step as presence tells it; the log has the whole. */
  stepChars: 120,
  /** Keys whose last sign of life is remembered after they left. */
  signsOfLife: 1024,
  skillsPerAgent: 64,
  approvalsPerAgent: 64,
  promptChars: 65_536,
  clockLeadMs: 60_000,
  /** The longest that a claim waits for others. */
  settleMs: 2000,
  /** How long a claim on a strict task waits for its lease before its agent is told that none came. */
  leaseWaitMs: 5000,
  /** Keys that have to let go before another gives leases. */
  leaseHandOvers: 64,
  /** Tasks that one request for the next one tries, where others are quicker. */
  claimAttempts: 5,
  /** Runs that compete for one task before who looks for the next passes it by. */
  competitors: 4,
  undoSteps: 200,
  /** A revocation that cuts more changes than this is shown to those who could bring them back. */
  cutAlarm: 3,
  /** A run that has left no sign for so long is shown to people, unless its agent is seen at work. */
  silentRunMs: 900_000,
  /** A task in progress that nobody has touched for so long, and no run holds, is shown as well. */
  untouchedTaskMs: 86_400_000,
  /** Rights that end within this time are shown to those who can extend them. */
  expiringMs: 86_400_000,
  /** A request to the REST door; of JSON, also how deep it is nested. */
  restBytes: 1024 * 1024,
  restDepth: 32,
  restPerMinute: 600,
  restBurst: 100,
  /** Callers whose pace is remembered. */
  callersKnown: 10_000,
  /** Answers that are kept for a repeated Idempotency-Key, of all callers together and by their size. */
  repeatableAnswers: 10_000,
  repeatableChars: 16 * 1024 * 1024,
  repeatableMs: 86_400_000,
  idempotencyKeyChars: 200,
  importBytes: 256 * 1024 * 1024,
  importTasks: 100_000,
  accountBytes: 512 * 1024 * 1024,
  /** How long a caller may take for the head of a request, and for all of it. */
  requestHeadMs: 10_000,
  requestMs: 120_000,
  connections: 4096,
  /** A host that cannot save tries again after so long, then twice as long, and so on. */
  saveRetryMs: 1000,
  saveRetryMostMs: 60_000,
  /** How long a host that is told to stop waits for requests to be answered. */
  stopMs: 5000,
  /** Agents whose keys one host holds. */
  agentsHeld: 1000,
  /** Of an agent: steps of a run, words to it before a run that ends in silence has failed, and how near the end it is told so. */
  stepsPerRun: 200,
  nudgesPerRun: 2,
  checkpointShare: 0.9,
  /** What a model may say in one step, and what a tool answers it. */
  stepOutputTokens: 16_384,
  toolOutputChars: 65_536,
  /** How often a step is tried where the other side is overloaded or breaks off, and how long is waited between. */
  stepAttempts: 6,
  stepBackoffMs: 1000,
  stepBackoffMostMs: 60_000,
  /** An agent beats so often; a Worker that is silent for the other is ended and begun anew. */
  beatMs: 5000,
  workerSilenceMs: 20_000,
  renewMs: 240_000,
  /** How long an agent waits for an answer of the replica. */
  callMs: 10_000,
  /** And for a tool, which may run tests. */
  toolMs: 120_000,
  /** What of a run is kept: the conversation, for who goes on with it, and the transcript, for people. */
  keptChars: 4 * 1024 * 1024,
  transcriptChars: 262_144,
  /** Attempts at what an agent may not, as they are noted on a run. */
  refusalsPerRun: 64,
  /** A Worker that fails is begun anew after a wait that grows to so much. */
  workerBackoffMs: 1000,
  workerBackoffMostMs: 300_000,
  signalTopics: 64,
  signalMessageBytes: 64 * 1024,
  signalMessagesPerSecond: 200,
  signalBurst: 1000,
  signalClients: 1024,
} as const

/** What the SDK asks for and waits for, unless it is told otherwise. */
export const CLIENT = {
  timeoutMs: 30_000,
  attempts: 5,
  retryBaseMs: 200,
  retryMaxMs: 10_000,
  /** What a call waits in all before it is tried again; asked to stay away for longer, it fails. */
  patienceMs: 60_000,
  /** What a list answers in all, page after page. */
  listed: 10_000,
  /** A stream of events that brings nothing for so long, no sign of life either, is opened anew. */
  silentStreamMs: 60_000,
  rememberedEvents: 4096,
  /** A run says that it goes on three times in a lease. */
  renewMs: 200_000,
  /** And looks whether it still may. */
  lookMs: 15_000,
  noteChars: 500,
} as const
