// Follows a job until it ends, asking often at first and then less, and stops asking when the page is left.
import type { Job } from '@lianfang/core'
import { onUnmounted, shallowRef } from 'vue'
import { api } from './session'

const ENDED = new Set(['done', 'failed', 'cancelled'])

export function useJob(onEnd: (job: Job) => void, onTrouble: (problem: unknown) => void) {
  const job = shallowRef<Job | null>(null)
  let timer = 0
  let asked = 0

  function follow(started: Job): void {
    asked = 0
    take(started)
  }

  function take(next: Job): void {
    job.value = next
    if (ENDED.has(next.state)) onEnd(next)
    else timer = window.setTimeout(ask, Math.min(2000, 300 + asked * 100))
  }

  async function ask(): Promise<void> {
    if (!job.value) return
    asked += 1
    try {
      take(await api.job(job.value.id))
    } catch (problem) {
      onTrouble(problem)
      timer = window.setTimeout(ask, 3000)
    }
  }

  async function cancel(): Promise<void> {
    if (!job.value) return
    clearTimeout(timer)
    try {
      take(await api.cancelJob(job.value.id))
    } catch (problem) {
      onTrouble(problem)
    }
  }

  function drop(): void {
    clearTimeout(timer)
    job.value = null
  }

  onUnmounted(() => clearTimeout(timer))
  return { job, follow, cancel, drop }
}
