import { Link } from "@tanstack/react-router";
import { Id, Theirs } from "../common/Theirs";
import { useWallets } from "./useWallets";

/** A wallet by its name, with the way to it. */
export function WalletLink({ id, clip = false }: { id: string; clip?: boolean }) {
  const name = useWallets().nameOf(id);
  return (
    <Link to="/wallets/$id" params={{ id }}>
      {name === undefined ? <Id>{id}</Id> : <Theirs clip={clip}>{name}</Theirs>}
    </Link>
  );
}
