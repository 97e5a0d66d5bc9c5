import type { Plugin } from 'graphql-yoga';
import type { Exchange, ServerContext } from '../request/exchange.ts';

/** Gives Yoga the parameters that the guards have read, so that it never sees a body or a URL. */
export function useParams(): Plugin<Record<string, never>, ServerContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { params }: Exchange = serverContext.exchange;
      setRequestParser(() => params);
    },
  };
}
