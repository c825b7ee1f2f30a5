#ifndef CZ_SHIMS_H
#define CZ_SHIMS_H

#endif
