#!/usr/bin/env node
'use strict';

// CommonJS, because the threads for file system calls are counted when the first one is needed, and
// loading a module is such a call. Each download may wait for the disk in a thread of its own.
process.env.UV_THREADPOOL_SIZE ??= '16';

// V8's own settings would take memory that a NAS has not got. undici parses HTTP in WebAssembly, which
// V8 would optimize after the first answers: 0.1 s and 35 MB in every process, for code that the simple
// compiler makes fast enough. And garbage may grow to four times what is in use before V8 collects it,
// the more the longer a run is; 60 % of it costs no measurable time. These flags are known to V8 of
// these versions; a later one would complain about a flag that it does not know.
const major = Number(process.versions.node.split('.', 1));
if (major <= 24) {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--liftoff-only');
  setFlagsFromString('--heap-growing-percent=60');
}

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
