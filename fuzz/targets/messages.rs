#![cfg_attr(fuzzing, no_main)]

initlint_fuzz::main!(initlint_fuzz::messages);
