// What the console and the field app share. Everything here runs without a document.

export * from './api'
export * from './contract'
export * from './fields'
export * from './forms'
export * from './gates'
export * from './moments'
export * from './outbox'
export * from './refusals'
export * from './rules'
export * from './sheets'
export * from './text'
export * from './uuid7'
