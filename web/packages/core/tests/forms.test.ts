import { describe, expect, it } from 'vitest'
import { byStanding, type FormCard, formsOf, isSought } from '../src/forms'

const form = (code: string, standing: FormCard['standing'], zh = '', en = ''): FormCard => ({
  code,
  title: { zh, en },
  standing,
  label: { zh: '', en: '' },
  missing: [],
  asked: 0,
  held: 0,
  signed: false,
  letter: '',
  may_fill: true,
  level: '',
  by_day: false,
  by_incident: false,
  named: false,
  digest: false,
  tables: [],
})

describe('ready-made forms', () => {
  const forms = formsOf({ get: async () => undefined as never })

  it('are fetched for an area, a day and an incident, and blank for the pen', () => {
    const said = { within: '140826', on: '2020-02-03', incident: '' }
    expect(forms.workbook('F05', said)).toBe('/api/forms/F05/form.xlsx?within=140826&on=2020-02-03')
    expect(forms.paper('F02', said, true)).toBe('/api/forms/F02/form.pdf?within=140826&on=2020-02-03&blank=1')
  })

  it('that can be used stand before those that cannot', () => {
    const given = [form('F01', 'not_yet'), form('F02', 'partly'), form('F03', 'ready'), form('F04', 'partly')]
    expect(byStanding(given).map(([standing, found]) => [standing, found.map((one) => one.code)])).toEqual([
      ['ready', ['F03']],
      ['partly', ['F02', 'F04']],
      ['not_yet', ['F01']],
    ])
  })

  it('are found by code and by words of either language', () => {
    const ledger = form('F05', 'partly', '居家观察人员台账', 'Home-observation ledger')
    expect([' f05', '观察', 'LEDGER', 'passage'].map((text) => isSought(ledger, text))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})
