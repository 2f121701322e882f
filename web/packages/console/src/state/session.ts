// Who is signed in, what the server says exists, and what this person may do. Decides no permission itself.
import { type Action, createApi, csrfCookie, type Me, type Meta, Refusal, type Table } from '@lianfang/core'
import { computed, ref, shallowRef } from 'vue'
import { forgetDrafts } from '../grid/drafts'
import { chooseLanguage, language } from '../i18n'

export const me = shallowRef<Me | null>(null)
export const meta = shallowRef<Meta | null>(null)
export const signedOutElsewhere = ref(false)

let csrf = ''

export const api = createApi({
  csrf: () => csrfCookie() || csrf,
  language: () => language.value,
  onSignedOut: () => {
    me.value = null
    signedOutElsewhere.value = true
  },
})

/** Take up an existing session, if there is one. */
export async function resumeSession(): Promise<boolean> {
  try {
    await begin(await api.me())
    return true
  } catch (problem) {
    if (problem instanceof Refusal && problem.status === 401) return false
    throw problem
  }
}

export async function signIn(username: string, password: string, code = ''): Promise<void> {
  await begin(await api.signIn(username, password, undefined, code || undefined))
}

export async function signOut(): Promise<void> {
  await api.signOut()
  forgetDrafts()
  me.value = null
  meta.value = null
}

async function begin(signedIn: Me): Promise<void> {
  csrf = signedIn.csrf
  forgetDrafts(signedIn.account.id)
  meta.value = await api.meta()
  me.value = signedIn
  signedOutElsewhere.value = false
}

export async function switchLanguage(): Promise<void> {
  chooseLanguage(language.value === 'en' ? 'zh-hans' : 'en')
  if (me.value) await api.setLanguage(language.value).catch(() => undefined)
}

const tables = computed(() => new Map(meta.value?.tables.map((table) => [table.name, table])))
const actions = computed(() => new Map(meta.value?.actions.map((action) => [action.name, action])))

export const tableNamed = (name: string): Table | undefined => tables.value.get(name)
export const actionNamed = (name: string): Action | undefined => actions.value.get(name)

/** The actions a table offers that this person may take on some row of it. */
export function actionsOn(table: Table | undefined): Action[] {
  return (table?.actions ?? []).map(actionNamed).filter((action): action is Action => !!action && mayDo(action.name))
}

/** Those of them that the server says one row allows now. */
export function actionsOnRow(table: Table | undefined, row: { can?: string[] }): Action[] {
  return actionsOn(table).filter((action) => row.can?.includes(action.name))
}

export function mayDo(action: string): boolean {
  return !!actionNamed(action) && (me.value?.can.includes(action) ?? false)
}
