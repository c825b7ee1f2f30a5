#if __has_include(<yaml.h>)
#include <yaml.h>
#else
#error "<yaml.h> is missing: `apt install libyaml-dev`, or `brew install libyaml`"
#endif
