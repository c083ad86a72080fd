#!/usr/bin/env node
'use strict';

// CommonJS, because the threads for file system calls are counted when the first one is needed, and
// loading a module is such a call. Each download may wait for the disk in a thread of its own.
process.env.UV_THREADPOOL_SIZE ??= '16';

// undici parses HTTP in WebAssembly. V8 would optimize that code after the first answers, which takes
// 0.1 s and 35 MB in every process; the simple compiler's code is as fast for what kei does. The
// flag is known to V8 of these versions; a later one would complain about a flag it does not know.
const major = Number(process.versions.node.split('.', 1));
if (major <= 24) process.getBuiltinModule('node:v8').setFlagsFromString('--liftoff-only');

import('../dist/cli/main.js')
  .then(({ main }) => main())
  .catch((error) => {
    // A program opens its own files all at once; the part of kei that could say this is one of them.
    if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error;
    process.stderr.write(
      'Error: Cannot start: too many open files.\n' +
        '  Raise the limit to 256 or more (ulimit -n 256), then run kei again.\n',
    );
    process.exitCode = 1;
  });
