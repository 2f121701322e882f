// A grid's life with the server: its rows, asked about while they are typed, saved as one batch, taken back.
import { type Action, type ListQuery, type Row, type Table, Unreachable, uuid7 } from '@lianfang/core'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { i18n, language } from '../i18n'
import { cellText, rowLabel } from '../state/cells'
import { tellDone, tellProblem } from '../state/notices'
import { gridFields } from '../state/offering'
import { api, me, tableNamed } from '../state/session'
import { draftOf, keepDraft } from './drafts'
import { findIn, type Names, nameIn, namesFor } from './lookup'
import { type Change, type GridRow, isDirty, newRow, noSteps, redo, rowOf, undo, write } from './rows'
import { commandOf, type Kind, problemsOf, sentences, take, takingBack, tookBack } from './saving'
import { PORTION, useSending, type Work } from './sending'
import { namesRow } from './values'

/** As many as the server takes in one batch. */
export const MOST_ROWS = 1000
const FRESH = 20
const PAGE = 500
const PAUSE = 350

export function useFilling(action: Action, name: string) {
  const t = i18n.global.t
  const fields = gridFields(action)
  const table = action.subject ? tableNamed(action.subject.table) : undefined
  const rows = reactive<GridRow[]>([])
  const steps = reactive(noSteps())
  const names = shallowRef(new Map<string, Names>())
  const busy = ref(true)
  const cut = ref(false)
  const unkept = ref(false)
  const kind: Kind = {
    action,
    fields,
    masked: new Set(table?.columns.filter((column) => column.masked).map((column) => column.name)),
    find: (field, text) => findIn(names.value, field, text),
  }
  const account = me.value?.account.id ?? ''
  let timer = 0
  const waiting = new Set<GridRow>()
  const { progress, sendAll, stop } = useSending((commands) => api.batch(commands), keep)

  const messages = computed(() => {
    const found = new Map<string, Record<string, string>>()
    for (const row of rows) {
      const own = [...problemsOf(kind, row)].map(([column, problem]) => [column, t(`grid.problem.${problem}`)] as const)
      const told = Object.entries(row.problems).map(
        ([column, said]) => [column, said.join(' ').replace(/[。.]$/, '')] as const,
      )
      if (own.length + told.length > 0) found.set(row.key, Object.fromEntries([...told, ...own]))
    }
    return found
  })
  const results = computed(() => new Map(rows.map((row) => [row.key, resultOf(row)])))
  const dirty = computed(() => rows.filter(isDirty))
  const faulty = computed(() => dirty.value.filter((row) => messages.value.has(row.key)))
  const undoable = computed(() => rows.filter((row) => row.state === 'saved' && row.undo))

  // What the server said is in the language it was asked in.
  watch(language, () => ask(dirty.value))

  function resultOf(row: GridRow): string {
    const said = messages.value.get(row.key)
    if (said) {
      const ofCells = fields
        .filter((field) => said[field.name])
        .map((field) => titled(field.title, said[field.name] ?? ''))
      return [...ofCells, ...(said[''] ? [said['']] : [])].join(language.value === 'en' ? '; ' : '；')
    }
    if (row.state === 'beside') return t('grid.beside')
    if (row.state === 'saved') return t('grid.saved')
    return isDirty(row) ? t('grid.unsaved') : ''
  }

  const titled = (title: { zh: string; en: string }, said: string) =>
    language.value === 'en' ? `${title.en}: ${said}` : `${title.zh}：${said}`

  async function begin(asked: ListQuery): Promise<void> {
    try {
      names.value = await namesFor(fields, asked.within)
      rows.splice(0, rows.length, ...(table ? await existing(table, asked) : []))
      bringBackDraft()
      if (!table) makeRoom(Math.max(FRESH, rows.length + 1))
      ask(dirty.value)
    } catch (problem) {
      tellProblem(problem)
    } finally {
      busy.value = false
    }
  }

  async function existing(from: Table, asked: ListQuery): Promise<GridRow[]> {
    const found: Row[] = []
    let after: string | undefined
    do {
      const page = await api.list(from.name, { ...asked, limit: PAGE, after })
      found.push(...page.rows)
      after = page.next ?? undefined
    } while (after && found.length < MOST_ROWS)
    cut.value = after !== undefined
    return found.filter((row) => row.can?.includes(action.name)).map((row) => shown(from, row))
  }

  function shown(from: Table, row: Row): GridRow {
    const cells = fields.map((field) => {
      const column = from.columns.find((one) => [field.name, field.name.replace(/_id$/, '')].includes(one.name))
      const value = column ? row.cells[column.name] : null
      if (!column || value === null || value === undefined) return ''
      return namesRow(field) ? nameIn(names.value, field, String(value)) : cellText(column, value)
    })
    const version = typeof row.cells.version === 'number' ? row.cells.version : null
    return rowOf({ key: row.id, id: row.id, version, label: rowLabel(from, row), cells, command: uuid7() })
  }

  /** What was typed stands on the version it was typed on: whoever wrote in between is not written over. */
  function bringBackDraft(): void {
    for (const kept of draftOf(account, name)) {
      const place = rows.findIndex((row) => row.key === kept.key)
      if (place >= 0) rows[place] = kept
      else rows.push(kept)
    }
  }

  function keep(): void {
    const worth = rows.filter((row) => isDirty(row) || row.state !== 'open')
    unkept.value = !keepDraft(account, name, worth)
  }

  function makeRoom(wanted: number): void {
    while (rows.length < wanted) rows.push(newRow(fields.length, uuid7()))
  }

  function put(changes: Omit<Change, 'before'>[]): void {
    const last = Math.max(...changes.map((change) => change.row), 0)
    const room = table ? rows.length : MOST_ROWS
    // Nothing of a block is left out in silence: what does not fit whole is not pasted.
    if (last >= room) {
      tellProblem(t(table ? 'grid.tooFewRows' : 'grid.tooMany', { n: last + 1, room }))
      return
    }
    if (!table) makeRoom(Math.min(last + 2, MOST_ROWS))
    after(write(rows, steps, changes))
  }

  function after(changes: Change[]): void {
    ask(new Set(changes.map((change) => rows[change.row])))
    keep()
  }

  function ask(changed: Iterable<GridRow | undefined>): void {
    for (const row of changed) if (row) waiting.add(row)
    clearTimeout(timer)
    timer = window.setTimeout(() => void rehearse(), PAUSE)
  }

  /** Ask the server about what was typed, before it is saved: the rules stand there and nowhere else. */
  async function rehearse(): Promise<void> {
    const asked = [...waiting].filter(isDirty)
    waiting.clear()
    for (let from = 0; from < asked.length; from += PORTION) {
      const some = asked.slice(from, from + PORTION)
      const before = some.map((row) => row.cells.join('\n'))
      const answers = await api.rehearse(some.map((row) => commandOf(kind, row))).catch(() => null)
      if (!answers) return
      some.forEach((row, place) => {
        const answer = answers.results[place]
        if (answer && row.cells.join('\n') === before[place]) row.problems = sentences(kind, answer, language.value)
      })
    }
  }

  async function save(): Promise<void> {
    const sent = dirty.value.filter((row) => problemsOf(kind, row).size === 0)
    if (sent.length === 0 || busy.value) return
    const left = await exchange(sent, {
      name: 'save',
      ask: (row) => commandOf(kind, row),
      take: (row, answer) => take(kind, row, answer, language.value),
      isDone: (row) => row.state === 'saved',
    })
    Object.assign(steps, noSteps())
    await showPresent(sent.filter((row) => row.state === 'beside'))
    keep()
    const done = sent.filter((row) => row.state === 'saved').length
    if (done > 0) tellDone(t('grid.savedRows', { n: done }))
    if (left !== null && done < sent.length - left) tellProblem(t('grid.notSaved', { n: sent.length - left - done }))
  }

  async function takeBack(): Promise<void> {
    const sent = undoable.value
    if (sent.length === 0 || busy.value) return
    await exchange(sent, {
      name: 'takeBack',
      ask: (row) => takingBack(row, row.undo ?? { action: action.name, input: {} }),
      take: (row, answer) => tookBack(kind, row, answer, language.value),
      isDone: (row) => row.state === 'open',
    })
    Object.assign(steps, noSteps())
    keep()
    const done = sent.filter((row) => row.state === 'open').length
    if (done > 0) tellDone(t('grid.takenBack', { n: done }))
  }

  /** Send the rows; returns how many were left because somebody stopped it, null when it failed, and tells so. */
  async function exchange(sent: GridRow[], work: Work): Promise<number | null> {
    busy.value = true
    try {
      const left = await sendAll(sent, work)
      if (left > 0) tellProblem(t('grid.stopped', { n: left }))
      return left
    } catch (problem) {
      tellProblem(problem instanceof Unreachable ? t(`grid.unreachable.${work.name}`) : problem)
      return null
    } finally {
      busy.value = false
    }
  }

  /** Beside a second edit stands what somebody else wrote: show that, not what was typed here. */
  async function showPresent(beside: GridRow[]): Promise<void> {
    if (!table || beside.length === 0) return
    const page = await api.list(table.name, { where: { id__in: beside.map((row) => row.id).join(',') }, limit: PAGE })
    for (const found of page.rows) {
      const row = beside.find((one) => one.id === found.id)
      if (!row) continue
      const { cells, version } = shown(table, found)
      Object.assign(row, { cells, base: [...cells], version })
    }
  }

  return {
    fields,
    table,
    rows,
    steps,
    busy,
    progress,
    stop,
    cut,
    unkept,
    messages,
    results,
    dirty,
    faulty,
    undoable,
    begin,
    put,
    save,
    takeBack,
    back: () => after(undo(rows, steps)),
    again: () => after(redo(rows, steps)),
  }
}
