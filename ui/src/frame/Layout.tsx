import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Search } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import { asProblem } from "../api/problem";
import { AccountMenu } from "./AccountMenu";
import { Logo } from "./Logo";
import { useIsMainnetShown } from "./mainnet";
import { PLACES, type Place } from "./navigation";
import { OrganizationSwitcher } from "./OrganizationSwitcher";
import { Palette } from "./Palette";
import { useMay, useOrganizations, useWhoami } from "./whoami";
import { useOrganization, chooseOrganization } from "../api/session";

/** What is around every page. */
export function Layout() {
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const isMainnet = useIsMainnetShown();
  useEffect(() => setOpen(false), [pathname]);
  const navigate = useNavigate();
  useEffect(() => {
    const deeds: Record<string, () => void> = { k: () => setSearching(true), i: () => void navigate({ to: "/help", search: {} }), j: () => void navigate({ to: "/assistant" }) };
    const open = (event: KeyboardEvent) => {
      const deed = event.ctrlKey || event.metaKey ? deeds[event.key] : undefined;
      if (!deed) return;
      event.preventDefault();
      deed();
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, [navigate]);
  return (
    <>
      <a className="skip" href="#main">
        To the content
      </a>
      <div className={isMainnet ? "frame mainnet" : "frame"}>
        {isMainnet && <div className="mainnet-word">Mainnet · real money</div>}
        <div className={isOpen ? "side open" : "side"}>
          <Logo />
          <OrganizationSwitcher />
          <Button icon={<Search size={16} aria-hidden />} onClick={() => setSearching(true)}>
            <span className="grow">Go to…</span>
            <kbd className="quiet small">Ctrl K</kbd>
          </Button>
          <nav aria-label="Main">
            {PLACES.map(([group, places]) => (
              <PlaceGroup key={group} group={group} places={places} />
            ))}
          </nav>
          <footer>
            <AccountMenu />
          </footer>
        </div>
        <main className="main" id="main" tabIndex={-1}>
          <Offline />
          <Admitted />
        </main>
        <nav className="phone-bar" aria-label="Most used">
          {PLACES.flatMap(([, places]) => places)
            .filter((place) => place.onPhone)
            .map((place) => (
              <PlaceLink key={place.to} place={place} />
            ))}
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Ellipsis size={18} aria-hidden />
            More
          </button>
        </nav>
      </div>
      {isSearching && <Palette onClose={() => setSearching(false)} />}
    </>
  );
}

/** The page, once it is known in which organization. */
function Admitted() {
  const whoami = useWhoami();
  const organizations = useOrganizations();
  const chosen = useOrganization();
  const first = organizations.data?.[0];
  const isLost = whoami.isError && [400, 404].includes(asProblem(whoami.error).status);
  useEffect(() => {
    // One who belongs to several has to say which is meant; the one from before may be gone.
    if (isLost && first && chosen !== first.id) chooseOrganization(first.id);
  }, [isLost, first, chosen]);
  if (whoami.isError) return <ProblemNote error={whoami.error} onRetry={() => void whoami.refetch()} />;
  // The page is another one in another organization: nothing of the one before may stay.
  return <Outlet key={chosen} />;
}

function PlaceGroup({ group, places }: { group: string; places: Place[] }) {
  return (
    <>
      {group && <h2>{group}</h2>}
      {places.map((place) => (
        <PlaceLink key={place.to} place={place} />
      ))}
    </>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const { pathname } = useLocation();
  const may = useMay(place.permission ?? "");
  if (place.permission && !may) return null;
  const isHere = pathname === place.to || pathname.startsWith(`${place.to}/`);
  const Icon = place.icon;
  return (
    <Link to={place.to} aria-current={isHere ? "page" : undefined}>
      <Icon size={17} aria-hidden />
      {place.label}
    </Link>
  );
}

function Offline() {
  const isOnline = useSyncExternalStore(
    (listener) => {
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
  if (isOnline) return null;
  return (
    <p className="offline" role="status">
      This device has no network. What you see may be old; it goes on by itself.
    </p>
  );
}
