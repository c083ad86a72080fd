// The files of undici that kei loads one by one have no types of their own.

declare module 'undici/lib/dispatcher/agent.js' {
  import type { Agent } from 'undici';

  const part: typeof Agent;
  export default part;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}
