import { Check, ChevronsUpDown } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { chooseOrganization, useOrganization } from "../api/session";
import { Theirs } from "../common/Theirs";
import { useOrganizations, useWhoami } from "./whoami";

/** In which organization one works, and in which one could. */
export function OrganizationSwitcher() {
  const { data: who } = useWhoami();
  const { data: all = [] } = useOrganizations();
  const chosen = useOrganization();
  const queries = useQueryClient();
  const router = useRouter();
  const current = who?.organization.id ?? chosen;
  const choose = (id: string) => {
    if (id === current) return;
    chooseOrganization(id);
    queries.clear();
    // What was looked at belongs to the organization before.
    void router.navigate({ to: "/runs", search: {} });
  };
  const name = who?.organization.name ?? "Organization";
  if (all.length < 2) {
    return (
      <div className="row small" title="Your organization">
        <Theirs clip>{name}</Theirs>
      </div>
    );
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button switcher" aria-label={`Organization: ${name}`}>
        <Theirs clip>{name}</Theirs>
        <ChevronsUpDown size={15} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
          <DropdownMenu.RadioGroup value={current ?? ""} onValueChange={choose}>
            {all.map((organization) => (
              <DropdownMenu.RadioItem key={organization.id} value={organization.id}>
                <span className="grow">
                  <Theirs clip>{organization.name}</Theirs>
                </span>
                {organization.id === current && <Check size={15} aria-hidden />}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
