// Posts on a map: which are wanted, how each is marked, where the picture begins and ends. Pure.
import type { PlacedPost } from '@lianfang/core'

export type Standing = 'vacant' | 'gap' | 'fine'
export type Wanted = 'all' | 'leaderless' | 'open' | 'placeless'
export const WANTED: Wanted[] = ['all', 'leaderless', 'open', 'placeless']

export const isPlaced = (post: PlacedPost): post is PlacedPost & { longitude: number; latitude: number } =>
  post.longitude !== null && post.latitude !== null

/** How a post is marked: nobody leads it, something is open there, or all is in order. */
export function standingOf(post: PlacedPost): Standing {
  if (!post.lead) return 'vacant'
  return post.gaps.length > 0 ? 'gap' : 'fine'
}

const CHOSEN: Record<Wanted, (post: PlacedPost) => boolean> = {
  all: () => true,
  leaderless: (post) => !post.lead,
  open: (post) => post.gaps.length > 0,
  placeless: (post) => !isPlaced(post),
}

export function wantedPosts(posts: PlacedPost[], wanted: Wanted, text: string): PlacedPost[] {
  const part = text.trim().toLowerCase()
  return posts.filter(
    (post) => CHOSEN[wanted](post) && `${post.number} ${post.name} ${post.position}`.toLowerCase().includes(part),
  )
}

export function countsOf(posts: PlacedPost[]): Record<Wanted, number> {
  return Object.fromEntries(WANTED.map((one) => [one, posts.filter(CHOSEN[one]).length])) as Record<Wanted, number>
}
