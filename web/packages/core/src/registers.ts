// Division registers as the server tells of them: what a newer one would change, and the jobs that take it over.
import type { Api } from './api'
import type { Job } from './contract'
import type { Bilingual } from './text'

export interface RegisterFate {
  code: string
  name: string
  became: 'renamed' | 'merged' | 'split' | 'vanished' | 'added'
  heirs?: { code: string; name: string }[]
  sure?: boolean
  because?: Bilingual
}

export interface RegisterLook {
  file_id: string
  file: string
  within: string
  county: string
  valid_from: string
  counts: Record<'same' | 'renamed' | 'merged' | 'split' | 'vanished' | 'added' | 'people_moved' | 'to_decide', number>
  changes_nothing: boolean
  lines: RegisterFate[]
  more: number
}

export function registersOf(api: Pick<Api, 'post'>) {
  return {
    look(file: File, within: string, validFrom: string) {
      const form = new FormData()
      form.append('file', file)
      form.append('within', within)
      if (validFrom) form.append('valid_from', validFrom)
      return api.post<RegisterLook>('/api/registers', form)
    },
    apply: (look: RegisterLook) =>
      api.post<Job>(`/api/registers/${encodeURIComponent(look.file_id)}/apply`, { valid_from: look.valid_from }),
    undo: (within: string) => api.post<Job>('/api/registers/undo', { within }),
  }
}
