import type { Instant } from '#core/time';
import type { IdentityState, TrailDocument } from '#stores/identity';

/** Every trail that may still have something to deliver: those there are, and those that were deleted and are not through. */
export function liveTrails(state: IdentityState): readonly TrailDocument[] {
  return [
    ...state.all('trail').values(),
    ...[...state.all('ended-trail').values()].map(({ trail }) => trail),
  ];
}

/** When a trail last stopped logging; undefined while it logs, and when it never has. */
export function stoppedAt(trail: TrailDocument): Instant | undefined {
  return trail.logging.at(-1)?.to;
}

/** Whether a trail logs now. */
export function isLogging(trail: TrailDocument): boolean {
  return trail.logging.length > 0 && stoppedAt(trail) === undefined;
}
