import type { Remembered } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { isMemory, memoryText, readMemory, withRemembered } from '../src/store/gateMemory'
import { makeSigner, NotGenuine, type Signer, signed } from '../src/store/signing'

const DAY = '2020-02-03'
const now = new Date('2020-02-03T10:00:00Z')
const one: Remembered = {
  mark: '51831330da374e51',
  decision: 'turn_back',
  at: '2020-02-03T08:00:00.000Z',
  gate: '城内村东口',
}

async function cardFor(server: Signer, phone: Signer, path = '140826100201', until = '2020-02-10') {
  return signed(server, { v: 1, a: 'a', n: '刘值守', d: 'd', p: [path], k: phone.shown, u: until })
}

async function scene(path?: string, until?: string) {
  const [server, phone] = await Promise.all([makeSigner(), makeSigner()])
  const reading = { serverKey: server.shown, county: '140826', now, day: DAY, hours: 24 }
  return { server, phone, card: await cardFor(server, phone, path, until), reading }
}

describe('what one gate tells another without a network', () => {
  it('refuses what another phone wrote under this card', async () => {
    const { phone, card, reading } = await scene()
    const text = await memoryText(await makeSigner(), card, [one])
    await expect(readMemory(text, reading)).rejects.toBeInstanceOf(NotGenuine)
    const [head, tail] = (await memoryText(phone, card, [one])).split('.')
    await expect(readMemory(`${head?.slice(0, -4)}AAAA.${tail}`, reading)).rejects.toBeInstanceOf(NotGenuine)
  })
  it('refuses a card that has run out, of another county, or of another server', async () => {
    const old = await scene('140826100201', '2020-02-02')
    await expect(readMemory(await memoryText(old.phone, old.card, [one]), old.reading)).rejects.toThrow('run out')
    const far = await scene('140827100201')
    await expect(readMemory(await memoryText(far.phone, far.card, [one]), far.reading)).rejects.toThrow('county')
    const { phone, card, reading } = await scene()
    const serverKey = (await makeSigner()).shown
    await expect(readMemory(await memoryText(phone, card, [one]), { ...reading, serverKey })).rejects.toThrow()
  })
  it('refuses any other text', async () => {
    const { reading } = await scene()
    for (const text of ['', 'LFG1:', 'LFG1:abc.def', 'LFA1:x'])
      await expect(readMemory(text, reading)).rejects.toBeInstanceOf(NotGenuine)
    expect(isMemory('晋M12345')).toBe(false)
  })
  it('leaves out what is older than a day or lies ahead', async () => {
    const { phone, card, reading } = await scene()
    const at = (moment: string): Remembered => ({ ...one, at: moment })
    const text = await memoryText(phone, card, [at('2020-02-02T09:59:00Z'), at('2020-02-03T10:01:00Z'), one])
    expect(await readMemory(text, reading)).toEqual([one])
  })
  it('brings what is remembered over, small enough for a code that any phone reads', async () => {
    const { phone, card, reading } = await scene()
    const referred: Remembered = { ...one, mark: '48b964aca01ed0c6', decision: 'refer_health' }
    const text = await memoryText(phone, card, [one, referred])
    expect(isMemory(text)).toBe(true)
    expect(text.length).toBeLessThan(1200)
    expect(await readMemory(text, reading)).toEqual([one, referred])
  })
  it('keeps each entry once beside the own', () => {
    const own = [{ ...one, at: '2020-02-03T08:00:00Z' }]
    expect(withRemembered(own, [one, { ...one, mark: '48b964aca01ed0c6' }])).toHaveLength(2)
  })
})
