import { ExternalLink } from "lucide-react";
import type { Chain } from "../api/types";
import { Copy } from "../common/Copy";
import { linkTo } from "./useChains";
import { shortened } from "./units";

type Props = { of: string; chain?: Chain | undefined; kind?: "address" | "transaction"; whole?: boolean };

/** An address or a hash: in a few letters, all of it on hover and to copy, and where an explorer shows it. */
export function Address({ of, chain, kind = "address", whole = false }: Props) {
  const link = linkTo(chain, kind, of);
  return (
    <span className="address">
      <code className={whole ? "theirs" : undefined} title={of}>
        {whole ? of : shortened(of)}
      </code>
      <Copy text={of} what={kind === "address" ? "the address" : "the hash"} />
      {link && (
        <a className="button plain icon" href={link} target="_blank" rel="noreferrer noopener" aria-label={`Show the ${kind} in the explorer`} title="In the explorer">
          <ExternalLink size={14} aria-hidden />
        </a>
      )}
    </span>
  );
}
