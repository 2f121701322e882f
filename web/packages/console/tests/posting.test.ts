import type { PlacedPost } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { countsOf, isPlaced, standingOf, wantedPosts } from '../src/state/posting'

const post = (number: string, more: Partial<PlacedPost> = {}): PlacedPost => ({
  id: number,
  number,
  name: '东口',
  kind: 'village_gate',
  tier: 'village',
  area_path: '140826100201',
  position: '桥头',
  longitude: null,
  latitude: null,
  lead: '王支书',
  gaps: [],
  ...more,
})
const gap = { title: { zh: '缺人', en: 'short' }, said: '' }
const posts = [
  post('K001'),
  post('K002', { lead: null, gaps: [gap] }),
  post('K003', { gaps: [gap], longitude: 111, latitude: 35 }),
]

describe('posts on a map', () => {
  it('are marked first by nobody leading them, then by what is open', () => {
    expect(posts.map(standingOf)).toEqual(['fine', 'vacant', 'gap'])
  })

  it('without coordinates are known as such, and zero is a place', () => {
    expect(posts.map(isPlaced)).toEqual([false, false, true])
    expect(isPlaced(post('K004', { longitude: 0, latitude: 0 }))).toBe(true)
  })

  it('are counted and chosen by what is wrong, and found by number, name or place', () => {
    expect(countsOf(posts)).toEqual({ all: 3, leaderless: 1, open: 2, placeless: 2 })
    expect(wantedPosts(posts, 'placeless', '').map((one) => one.number)).toEqual(['K001', 'K002'])
    expect(wantedPosts(posts, 'all', 'k003').map((one) => one.number)).toEqual(['K003'])
    expect(wantedPosts(posts, 'all', '无')).toEqual([])
  })
})
