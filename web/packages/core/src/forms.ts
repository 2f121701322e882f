// The ready-made forms F01 to F42 as the server tells of them: how each stands, what is missing, its first rows.
import type { Api } from './api'
import type { AreaRef } from './contract'
import type { Bilingual } from './text'

export interface FormGap {
  what: Bilingual
  columns: Bilingual[]
}

export interface FormCard {
  code: string
  title: Bilingual
  standing: 'ready' | 'partly' | 'not_yet'
  label: Bilingual
  missing: FormGap[]
  asked: number
  held: number
  signed: boolean
  letter: string
  may_fill: boolean
  level: '' | 'village' | 'town' | 'county'
  by_day: boolean
  by_incident: boolean
  named: boolean
  digest: boolean
  tables: string[]
}

export interface FormIncident {
  id: string
  name: string
}

export interface FormLook {
  form: FormCard
  area: AreaRef
  on: string
  as_of: string
  grids: { title: string; heads: string[]; rows: (string | number)[][] }[]
  facts: { name: string; value: string }[]
  notes: string[]
  count: number | null
  shown: number
  incidents: FormIncident[]
}

export interface FormAsked {
  within: string
  on: string
  incident: string
}

/** The addresses of ready-made forms. */
export function formsOf(api: Pick<Api, 'get'>) {
  const at = encodeURIComponent
  const asked = (said: Partial<FormAsked>, blank = false) => {
    const query = new URLSearchParams(Object.entries(said).filter(([, value]) => value))
    if (blank) query.set('blank', '1')
    return query.size > 0 ? `?${query}` : ''
  }
  return {
    list: () => api.get<{ forms: FormCard[]; incidents: FormIncident[] }>('/api/forms'),
    look: (code: string, said: FormAsked) => api.get<FormLook>(`/api/forms/${at(code)}${asked(said)}`),
    digest: (code: string, said: FormAsked) =>
      api.get<{ text: Bilingual }>(`/api/forms/${at(code)}/digest${asked(said)}`),
    workbook: (code: string, said: FormAsked, blank = false) => `/api/forms/${at(code)}/form.xlsx${asked(said, blank)}`,
    paper: (code: string, said: FormAsked, blank = false) => `/api/forms/${at(code)}/form.pdf${asked(said, blank)}`,
  }
}

/** The forms that can be used first, then those in part, then those not yet; each group in the order of its codes. */
export function byStanding(forms: FormCard[]): [FormCard['standing'], FormCard[]][] {
  const order: FormCard['standing'][] = ['ready', 'partly', 'not_yet']
  return order
    .map((standing): [FormCard['standing'], FormCard[]] => [standing, forms.filter((one) => one.standing === standing)])
    .filter(([, found]) => found.length > 0)
}

/** Whether a form is the one somebody is looking for: by its code or by words of its name in either language. */
export function isSought(form: FormCard, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  return [form.code, form.title.zh, form.title.en].some((one) => one.toLowerCase().includes(wanted))
}
