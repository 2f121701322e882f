import { describe, expect, it } from 'vitest'
import { createApi, listSearch, plainSentence, Refusal, Unreachable } from '../src'

const NO = { code: 'people.phone', message: { zh: '手机号应是 11 位。', en: 'Eleven digits.' }, field: 'phone' }

function answering(status: number, body: unknown, seen: Request[] = []) {
  return createApi({
    base: 'http://test',
    csrf: () => 'token',
    fetch: async (...args) => {
      seen.push(new Request(...args))
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
    },
  })
}

const caught = (work: Promise<unknown>) => work.then(() => null).catch((problem: unknown) => problem)

describe('a refusal', () => {
  it('is thrown with its sentence and its field', async () => {
    const problem = await caught(answering(422, NO).act('people.change_phone', { id: '1', input: {} }))
    expect(problem).toBeInstanceOf(Refusal)
    expect((problem as Refusal).byField('zh-hans')).toEqual({ phone: ['手机号应是 11 位。'] })
  })

  it('shows every problem of a form at its own field', () => {
    const body = { code: 'input.invalid', message: { zh: '两处', en: 'two' }, problems: [NO, { ...NO, field: 'name' }] }
    expect(Object.keys(new Refusal(422, body).byField('en'))).toEqual(['phone', 'name'])
  })

  it('stays a plain sentence when the answer is some proxy’s page', async () => {
    const problem = await caught(answering(413, '<html>too large</html>').meta())
    expect(plainSentence(problem, 'zh-hans')).toContain('服务器')
  })
})

describe('silence', () => {
  it('is not a refusal: nothing may be concluded from it', async () => {
    const api = createApi({ fetch: () => Promise.reject(new TypeError('network')), csrf: () => '' })
    expect(await caught(api.me())).toBeInstanceOf(Unreachable)
  })

  it.each([502, 503, 504])('a gateway’s %i is silence too', async (status) => {
    expect(await caught(answering(status, 'bad gateway').batch([]))).toBeInstanceOf(Unreachable)
  })

  it('is not the answer of a busy server, which says that nothing was saved', async () => {
    const body = { code: 'action.busy', message: { zh: '系统正忙', en: 'The system is busy' } }
    const problem = await caught(answering(503, body).batch([]))
    expect(problem).toBeInstanceOf(Refusal)
    expect((problem as Refusal).code).toBe('action.busy')
  })
})

describe('a command', () => {
  it('carries the CSRF token', async () => {
    const seen: Request[] = []
    await answering(200, { id: '1', status: 'done', result: {} }, seen).act('a.b', { id: '1', input: {} })
    expect(seen[0]?.headers.get('X-CSRFToken')).toBe('token')
  })
})

describe('the filters of a list', () => {
  it('leave out what is not asked and keep an empty filter, which asks for empty cells', () => {
    expect(listSearch({ q: '', sort: '-at', where: { contact: '', state: undefined } })).toBe('?sort=-at&contact=')
  })
})
