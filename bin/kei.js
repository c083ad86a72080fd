#!/usr/bin/env node
'use strict';

// CommonJS, because the threads for file system calls are counted when the first one is needed, and
// loading a module is such a call. Each download may wait for the disk in a thread of its own.
process.env.UV_THREADPOOL_SIZE ??= '16';

import('../dist/cli/main.js').then(({ main }) => main());
