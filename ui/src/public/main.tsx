import "@fontsource-variable/inter/wght.css";
import "../common/tokens.css";
import "../common/base.css";
import "../common/parts.css";
import "../common/fields.css";
import "../common/tables.css";
import "./public.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { PublicPage } from "./PublicPage";
import { placeOf } from "./place";

const root = document.getElementById("root");
const place = placeOf(window.location.pathname);
if (root) {
  document.documentElement.dataset["frame"] = place.isEmbedded ? "embedded" : "page";
  createRoot(root).render(
    <StrictMode>
      <PublicPage place={place} />
    </StrictMode>,
  );
}
