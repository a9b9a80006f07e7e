/* agent_row.h: the agent's row, for the files that read agents. Layer: server. */
#ifndef TCCC_SERVER_STORE_AGENT_ROW_H
#define TCCC_SERVER_STORE_AGENT_ROW_H

#include "server/store/row.h"
#include "server/store/staff.h"

extern const row_shape agent_shape;

#endif
