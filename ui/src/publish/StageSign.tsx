import { MARKS, type Standing } from "./stages";

/** Where a stage stands, by a sign and a word. */
export function StageSign({ standing }: { standing: Standing }) {
  const { icon: Icon, tone } = MARKS[standing.mark];
  return (
    <span className={`status small tone-${tone}`}>
      <Icon size={14} className={standing.mark === "busy" ? "spin" : undefined} aria-hidden />
      {standing.word}
    </span>
  );
}
