export type GalleryView = { search?: string; category?: string; whose?: "own" | "public" };

export function parseGallery(search: Record<string, unknown>): GalleryView {
  const view: GalleryView = {};
  for (const name of ["search", "category"] as const) {
    const given = search[name];
    if (typeof given === "string" && given !== "") view[name] = given;
  }
  if (search["whose"] === "own" || search["whose"] === "public") view.whose = search["whose"];
  return view;
}
