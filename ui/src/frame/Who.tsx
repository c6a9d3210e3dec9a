import { Id, Theirs } from "../common/Theirs";
import { usePeople } from "./usePeople";

/** Who somebody is: by name where that may be seen, else by id. */
export function Who({ id }: { id: string }) {
  const nameOf = usePeople();
  const name = nameOf(id);
  return name ? (
    <span title={id}>
      <Theirs>{name}</Theirs>
    </span>
  ) : (
    <Id>{id}</Id>
  );
}
