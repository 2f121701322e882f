// The typed way to the server: session cookie, CSRF header, refusals as thrown sentences. Keeps no data.

import type {
  ActionDone,
  Command,
  CommandResult,
  Coverage,
  Detail,
  FeverLine,
  Filters,
  GapBoard,
  GapRow,
  IntakeBatch,
  IntakeChoice,
  IntakeOpened,
  IntakeTarget,
  Job,
  Me,
  Meta,
  Page,
  PostChecks,
  PostsMap,
  QueueFile,
  QueueImported,
  ReportPage,
  RosterGrid,
  SearchFound,
} from './contract'
import { isRefusal, refusalFrom, Unreachable } from './refusals'
import type { Language } from './text'

export interface Transport {
  base?: string
  fetch?: typeof fetch
  csrf?: () => string
  language?: () => Language
  onSignedOut?: () => void
  /** The server's clock, to the second, with each answer that carries it. */
  onTime?: (moment: Date) => void
}

export interface ListQuery {
  q?: string
  within?: string
  sort?: string
  limit?: number
  after?: string
  count?: 1
  where?: Filters
}

export type Api = ReturnType<typeof createApi>

/** The query string of a list; the same filters make the Excel download, so list and file agree. */
export function listSearch(query: ListQuery): string {
  const { where, ...own } = query
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(own)) {
    if (value !== undefined && value !== '') search.set(key, String(value))
  }
  // An empty filter is a question of its own: rows where the column is empty.
  for (const [key, value] of Object.entries(where ?? {})) {
    if (value !== undefined && value !== null) search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}

/** Build the client. `fetch` and `csrf` can be given, so that tests and workers need no browser. */
export function createApi(transport: Transport = {}) {
  const send = transport.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args))
  const base = transport.base ?? ''

  async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (transport.language) headers['Accept-Language'] = transport.language()
    if (method !== 'GET') headers['X-CSRFToken'] = (transport.csrf ?? csrfCookie)()
    const form = body instanceof FormData
    if (body !== undefined && !form) headers['Content-Type'] = 'application/json'
    const payload = body === undefined ? undefined : form ? body : JSON.stringify(body)
    let response: Response
    try {
      response = await send(base + path, { method, headers, body: payload, signal, credentials: 'same-origin' })
    } catch (problem) {
      if (signal?.aborted) throw problem
      throw new Unreachable(problem)
    }
    const date = response.headers.get('Date')
    if (date) transport.onTime?.(new Date(date))
    if (response.status === 204) return undefined as T
    const answer = await readJson(response)
    if (response.ok) return answer as T
    // A proxy that cannot reach the server answers 502-504: the command's fate is unknown, so it is no refusal. A busy
    // server answers 503 too, but with a refusal's body: it says that nothing was saved.
    if (response.status >= 502 && response.status <= 504 && !isRefusal(answer)) throw new Unreachable(response.status)
    const refusal = refusalFrom(response.status, answer)
    if (response.status === 401 && refusal.code === 'session.none' && path !== '/api/session') transport.onSignedOut?.()
    throw refusal
  }

  const get = <T>(path: string, signal?: AbortSignal) => call<T>('GET', path, undefined, signal)
  const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, body)
  const at = encodeURIComponent

  return {
    get,
    post,
    me: () => get<Me>('/api/session'),
    signIn: (username: string, password: string, device_id?: string, code?: string) =>
      post<Me>('/api/session', { username, password, device_id, code }),
    signOut: () => call<void>('DELETE', '/api/session'),
    setLanguage: (language: Language) => post<void>('/api/session/language', { language }),
    meta: () => get<Meta>('/api/meta'),
    list: (table: string, query: ListQuery, signal?: AbortSignal) =>
      get<Page>(`/api/tables/${at(table)}${listSearch(query)}`, signal),
    row: (table: string, id: string) => get<Detail>(`/api/tables/${at(table)}/${at(id)}`),
    workbook: (table: string, query: ListQuery) => `${base}/api/tables/${at(table)}.xlsx${listSearch(query)}`,
    act: (action: string, command: Omit<Command, 'action'>) => post<ActionDone>(`/api/actions/${at(action)}`, command),
    batch: (commands: Command[]) => post<{ results: CommandResult[] }>('/api/batch', { commands }),
    /** What would become of the commands; nothing is changed. */
    rehearse: (commands: Command[]) => post<{ results: CommandResult[] }>('/api/batch', { commands, rehearse: true }),
    upload: (commands: Command[], device_id: string, app_version: string) =>
      post<{ results: CommandResult[]; wipe?: boolean }>('/api/sync/upload', { commands, device_id, app_version }),
    bundle: <T>(device_id: string, app_version: string, key?: string) =>
      get<T>(`/api/sync/bundle${listSearch({ where: { device_id, app_version, key } })}`),
    gaps: (within?: string, signal?: AbortSignal) => get<GapBoard>(`/api/gaps${listSearch({ within })}`, signal),
    gap: (name: string, within?: string, after?: string) =>
      get<{ rows: GapRow[]; next: string | null; as_of: string }>(
        `/api/gaps/${at(name)}${listSearch({ within, after })}`,
      ),
    search: (q: string, signal?: AbortSignal) => get<SearchFound>(`/api/search${listSearch({ q })}`, signal),
    reveal: (table: string, id: string, column: string, reason: string) =>
      post<{ value: string; until: string }>('/api/reveal', { table, id, column, reason }),
    job: (id: string) => get<Job>(`/api/jobs/${at(id)}`),
    cancelJob: (id: string) => post<Job>(`/api/jobs/${at(id)}/cancel`),
    file: (file: File) => post<{ id: string; name: string; size: number; sha256: string }>('/api/files', formOf(file)),
    intakeTargets: () => get<{ targets: IntakeTarget[] }>('/api/intake'),
    stored: (file: string) => `${base}/api/files/${at(file)}`,
    password: (file: string) => get<{ password: string }>(`/api/files/${at(file)}/password`),
    openIntake: (source: File | { text: string }, target: string) =>
      post<IntakeOpened>('/api/intake', source instanceof File ? formOf(source, { target }) : { ...source, target }),
    checkIntake: (batch: string, choice: IntakeChoice) => post<Job>(`/api/intake/${at(batch)}/check`, choice),
    runIntake: (batch: string, due_at: string | null) =>
      post<Job>(`/api/intake/${at(batch)}/run`, due_at ? { due_at } : {}),
    intake: (batch: string) => get<IntakeBatch>(`/api/intake/${at(batch)}`),
    markedWorkbook: (batch: string) => `${base}/api/intake/${at(batch)}/marked.xlsx`,
    report: (unit: string, on: string) => get<ReportPage>(`/api/reports/${at(unit)}${listSearch({ where: { on } })}`),
    reportSheet: (unit: string, on: string) =>
      `${base}/api/reports/${at(unit)}/report.xlsx${listSearch({ where: { on } })}`,
    coverage: (within?: string) => get<Coverage>(`/api/coverage${listSearch({ within })}`),
    postsMap: (within?: string) => get<PostsMap>(`/api/posts/map${listSearch({ within })}`),
    postChecks: (post: string) => get<PostChecks>(`/api/posts/${at(post)}/checks`),
    rosterGrid: (roster: string) => get<RosterGrid>(`/api/rosters/${at(roster)}/grid`),
    rosterFile: (roster: string, kind: 'pdf' | 'xlsx') => `${base}/api/rosters/${at(roster)}.${kind}`,
    paper: (kind: string, row: string) => `${base}/api/${at(kind)}/${at(row)}.pdf`,
    letter: (name: string, row: string) => `${base}/api/letters/${at(name)}/${at(row)}.pdf`,
    feverLine: (person: string) => get<FeverLine>(`/api/observation/${at(person)}/fever-line`),
    importQueue: (part: QueueFile) => post<QueueImported>('/api/sync/import', part),
    undoIntake: (batch: string) => post<unknown>(`/api/intake/${at(batch)}/undo`),
  }
}

function formOf(file: File, beside: Record<string, string> = {}): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(beside)) form.append(name, value)
  form.append('file', file)
  return form
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** The token Django leaves in the `csrftoken` cookie. */
export function csrfCookie(): string {
  const found = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)
  return found?.[1] ? decodeURIComponent(found[1]) : ''
}
