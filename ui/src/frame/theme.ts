import { useState } from "react";
import { read, write } from "../api/storage";

export type Theme = "system" | "light" | "dark";

function theme(): Theme {
  const kept = read<Theme>("browser", "theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

export function useTheme(): [Theme, (next: Theme) => void] {
  const [chosen, setChosen] = useState(theme);
  const choose = (next: Theme) => {
    write("browser", "theme", next === "system" ? undefined : next);
    applyTheme();
    setChosen(next);
  };
  return [chosen, choose];
}
