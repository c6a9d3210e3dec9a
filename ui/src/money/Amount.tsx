import { grouped, inUnits } from "./units";

type Props = { of: bigint | undefined; symbol?: string | null | undefined; decimals: number | null | undefined };

/** An amount with every digit that it has, in its unit; in the smallest unit on hover. */
export function Amount({ of, symbol, decimals }: Props) {
  if (of === undefined) return <span className="quiet">–</span>;
  const isKnown = decimals !== null && decimals !== undefined;
  return (
    <span className="amount" title={`${grouped(of)} in the smallest unit`}>
      {isKnown ? inUnits(of, decimals) : grouped(of)}
      {symbol ? <bdi> {symbol}</bdi> : !isKnown && <span className="quiet"> in the smallest unit</span>}
    </span>
  );
}
