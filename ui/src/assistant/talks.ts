/** The conversations of this tab, for as long as it is open and somebody is signed in. Nothing of them is stored. */
import type { Talk } from "./talk";

const talks = new Map<string, Talk>();

/** The conversation of somebody in an organization; it goes on while they look at other pages. */
export function talkAt(place: string, begin: () => Talk): Talk {
  const known = talks.get(place);
  if (known) return known;
  const talk = begin();
  talks.set(place, talk);
  return talk;
}

/** Whoever has signed out leaves nothing behind. */
export function forgetTalks(): void {
  for (const talk of talks.values()) talk.clear();
  talks.clear();
}
