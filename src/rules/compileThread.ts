import { parentPort, workerData } from 'node:worker_threads'
import type { CompileTask } from './compileFiles.ts'
import { parseRuleFile } from './parseRuleFile.ts'

// Entry of the thread that compileFiles starts: one task in, one answer out.
const { files, defaults } = workerData as CompileTask
const parsed = files.map(({ file, text }) => parseRuleFile(file, text, { defaults }))
parentPort?.postMessage(parsed, [])
