import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient } from "../api/queries";
import { useSession } from "../api/session";
import { forgetTalks } from "../assistant/talks";
import { Toasts } from "../common/toasts";
import { Fallback } from "./Fallback";
import type { AppRouter } from "./router";
import { SignIn } from "./SignIn";

/** The app: who is not signed in sees the door and nothing behind it. */
export function App({ router }: { router: AppRouter }) {
  const session = useSession();
  useEffect(() => {
    if (!session) forgetTalks();
  }, [session]);
  return (
    <Fallback>
      <QueryClientProvider client={queryClient}>
        {session ? <RouterProvider router={router} /> : <SignIn />}
        <Toasts />
      </QueryClientProvider>
    </Fallback>
  );
}
