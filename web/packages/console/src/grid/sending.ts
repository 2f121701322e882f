// Many rows to the server in portions, with a count of how far it is. Stopped between two portions, never within one:
// what was sent, was done, and its answers are waited for.
import type { Command, CommandResult } from '@lianfang/core'
import { ref } from 'vue'
import type { GridRow } from './rows'

/** Sent at once: few, because a small installation writes one thing at a time. */
export const PORTION = 100

/** What is done with rows: how it is called, the command of each, where its answer goes, and whether it was done. */
export interface Work {
  name: 'save' | 'takeBack'
  ask: (row: GridRow) => Command
  take: (row: GridRow, answer: CommandResult) => void
  isDone: (row: GridRow) => boolean
}

export interface Progress {
  name: Work['name']
  /** Rows answered so far, and those among them that it was done with. */
  answered: number
  done: number
  total: number
  stopping: boolean
}

type Send = (commands: Command[]) => Promise<{ results: CommandResult[] }>

export function useSending(send: Send, keep: () => void) {
  const progress = ref<Progress | null>(null)

  /**
   * Do it with the rows, portion by portion; returns how many were left when it was stopped. What was answered before a
   * portion failed stays as it was answered.
   */
  async function sendAll(rows: GridRow[], work: Work): Promise<number> {
    progress.value = { name: work.name, answered: 0, done: 0, total: rows.length, stopping: false }
    try {
      while (progress.value.answered < rows.length && !progress.value.stopping) {
        const from = progress.value.answered
        const some = rows.slice(from, from + PORTION)
        await sendSome(some, work)
        progress.value.answered += some.length
        progress.value.done += some.filter(work.isDone).length
        keep()
      }
      return rows.length - progress.value.answered
    } finally {
      progress.value = null
    }
  }

  async function sendSome(rows: GridRow[], work: Work): Promise<void> {
    const { results } = await send(rows.map(work.ask))
    const byId = new Map(results.map((answer) => [answer.id, answer]))
    for (const row of rows) {
      const answer = byId.get(row.command)
      if (answer) work.take(row, answer)
    }
  }

  function stop(): void {
    if (progress.value) progress.value.stopping = true
  }

  return { progress, sendAll, stop }
}
