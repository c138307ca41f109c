/* Lines of job.yaml that are no part of the job. Private to the record. */
#ifndef LLR_STORE_RECORD_PARTS_H
#define LLR_STORE_RECORD_PARTS_H

#include "base/text.h"
#include "model/facts.h"

/* Appends "# facts of NAME: ...". */
void llr_record_add_facts(llr_text_t *out, const char *name, const llr_facts_t *facts);
/* Reads what stands behind "# facts of NAME: ", all but the content. false: it is not whole; facts
 * are then empty. The facts are the caller's. */
bool llr_record_read_facts(const char *line, llr_facts_t *facts);

/* Appends the text of FOLDER/job.yaml; nothing where there is none. */
void llr_record_read(const char *folder, llr_text_t *text);
bool llr_record_is_run_line(const char *line);

#endif
