/* sphinx.h: the built-in recogniser: PocketSphinx with Debian's English model, some decoders on threads of their own. Layer: server.
 *
 * A decoder is loaded when it is first needed (0.3 s, 30 MB beside what all of them share) and works with the least share of the processor
 * that there is, so that telephones and pages come first. As a rule one processor follows two to three people who speak at once.
 */
#ifndef TCCC_SERVER_ASR_SPHINX_H
#define TCCC_SERVER_ASR_SPHINX_H

#include "recogniser.h"

#define SPHINX_MODEL "/usr/share/pocketsphinx/model/en-us"

/* model: a folder with en-us/, en-us.lm.bin and cmudict-en-us.dict. n_decoders from 1 to 8; waiting_max: sentences that may wait for one.
 * NULL: no model there, or no memory. */
recogniser *sphinx_new(const char *model, int n_decoders, int waiting_max);

#endif
