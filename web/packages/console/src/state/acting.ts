// The one action form of the console: any page opens it, and hears when the server has done the work.
import type { ActionDone } from '@lianfang/core'
import { uuid7 } from '@lianfang/core'
import { shallowRef } from 'vue'
import { i18n, tell } from '../i18n'
import { tellDone, tellProblem } from './notices'
import { actionNamed, api } from './session'

export interface Acting {
  action: string
  known: Record<string, unknown>
  about: string
  rows: string[] | null
  onDone: (done: ActionDone | null) => void
}

export const acting = shallowRef<Acting | null>(null)

export interface OpenAction {
  action: string
  known?: Record<string, unknown>
  about?: string
  rows?: string[]
  onDone?: (done: ActionDone | null) => void
}

/** Open the form of an action, with what is already known filled in. */
export function openAction(wanted: OpenAction): void {
  acting.value = {
    action: wanted.action,
    known: wanted.known ?? {},
    about: wanted.about ?? '',
    rows: wanted.rows ?? null,
    onDone: wanted.onDone ?? (() => undefined),
  }
}

/** Open an action on one row: the field that names its subject is filled with the row. */
export function openActionOn(action: string, row: { id: string; label: string }, onDone?: OpenAction['onDone']): void {
  const subject = actionNamed(action)?.subject
  openAction({ action, known: subject ? { [subject.field]: row.id } : {}, about: row.label, onDone })
}

/** Say that an action was done and offer its undo where the result carries one. */
export function announceDone(title: string, done: ActionDone, afterUndo: () => void): void {
  const t = i18n.global.t
  const undo = done.result?.undo
  tellDone(
    t('common.done', { what: title }),
    undo ? { text: t('common.undo'), run: () => void takeBack(undo, afterUndo) } : null,
  )
}

async function takeBack(
  undo: { action: string; input: Record<string, unknown> },
  afterUndo: () => void,
): Promise<void> {
  try {
    await api.act(undo.action, { id: uuid7(), input: undo.input, happened_at: new Date().toISOString() })
    tellDone(`${i18n.global.t('common.undone')}：${tell(actionNamed(undo.action)?.title) || undo.action}`)
    afterUndo()
  } catch (problem) {
    tellProblem(problem)
  }
}
