import { useId } from "react";

type Bar = { key: string; label: string; value: number };
type Props = { title: string; unit: string; bars: Bar[] };

const HEIGHT = 160;
const STEP = 20;

/** Bars beside one another. Whoever does not see them reads the table that stands beside. */
export function BarChart({ title, unit, bars }: Props) {
  const id = useId();
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const width = Math.max(1, bars.length) * STEP;
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  return (
    <figure className="chart">
      <figcaption id={id} className="visually-hidden">
        {title}: {total.toLocaleString()} {unit} over {bars.length} days, at most {most.toLocaleString()} in a day. The numbers stand in the table.
      </figcaption>
      <div className="chart-scale small quiet" aria-hidden>
        <span>{most.toLocaleString()}</span>
        <span>0</span>
      </div>
      <svg role="img" aria-labelledby={id} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none">
        <line x1="0" y1={HEIGHT} x2={width} y2={HEIGHT} className="chart-ground" />
        {bars.map(({ key, label, value }, index) => {
          const height = (value / most) * (HEIGHT - 4);
          return (
            <g key={key} className="chart-bar">
              <title>{`${label}: ${value.toLocaleString()} ${unit}`}</title>
              <rect x={index * STEP} y={0} width={STEP} height={HEIGHT} className="chart-catch" />
              <rect x={index * STEP + 3} y={HEIGHT - height} width={STEP - 6} height={height} />
            </g>
          );
        })}
      </svg>
      <div className="chart-days small quiet" aria-hidden>
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
    </figure>
  );
}
