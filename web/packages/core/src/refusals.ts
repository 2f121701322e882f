// A "no" from the server, and the silence when it cannot be reached: two different things, never mixed.

import type { RefusalBody } from './contract'
import { type Bilingual, isBilingual, type Language, say } from './text'

/** The server understood and said no; carries its sentence, field and reason. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: RefusalBody,
  ) {
    super(body.code)
  }

  get code(): string {
    return this.body.code
  }

  sentence(language: Language): string {
    return refusalSentence(this.body, language)
  }

  /** Sentences by field; problems that name no field are under ''. */
  byField(language: Language): Record<string, string[]> {
    const found: Record<string, string[]> = {}
    for (const problem of this.body.problems ?? [this.body]) {
      const key = problem.field ?? ''
      found[key] = [...(found[key] ?? []), refusalSentence(problem, language)]
    }
    return found
  }
}

/** No answer at all: no network, server down, request cut off. Nothing may be concluded about the command. */
export class Unreachable extends Error {
  constructor(override readonly cause?: unknown) {
    super('unreachable')
  }
}

export function refusalSentence(body: RefusalBody, language: Language): string {
  const reason = say(body.reason ?? null, language)
  const message = say(body.message, language)
  if (!reason || message.includes(reason)) return message
  return language === 'en' ? `${message} ${reason}` : `${message}${reason}`
}

const UNREADABLE: Bilingual = {
  zh: '服务器没有给出可以读懂的回答，请稍后再试。',
  en: 'The server gave no readable answer. Please try again later.',
}

const CANNOT_REACH: Bilingual = {
  zh: '连不上服务器。请检查网络，稍后再试。',
  en: 'The server cannot be reached. Check the network and try again.',
}

/** Whether a body is a refusal of ours, and not some proxy's page. */
export function isRefusal(body: unknown): body is RefusalBody {
  const known = body as Partial<RefusalBody> | null
  return typeof known?.code === 'string' && isBilingual(known.message)
}

/** The refusal in a response, or a plain one when the body is a proxy's page and not ours. */
export function refusalFrom(status: number, body: unknown): Refusal {
  if (isRefusal(body)) return new Refusal(status, body)
  return new Refusal(status, { code: `http.${status}`, message: UNREADABLE, details: { status } })
}

/** One plain sentence for anything that was thrown. */
export function plainSentence(problem: unknown, language: Language): string {
  if (problem instanceof Refusal) return problem.sentence(language)
  if (problem instanceof Unreachable) return say(CANNOT_REACH, language)
  return say(UNREADABLE, language)
}
