/* Records of a CSV file (RFC 4180) with any of the usual separators. */
#ifndef LLR_STORE_CSV_RECORDS_H
#define LLR_STORE_CSV_RECORDS_H

#include "base/text.h"
#include "store/text_lines.h"

typedef struct llr_csv {
    llr_lines_t lines;
    llr_text_t record; /* lines of the current record, joined; cells point into it */
    char separator;    /* ',', ';', tab, or ' ' for runs of blanks */
    int64_t line;      /* where the current record begins */
    char **cell;       /* owned list, cells: the current record's, unquoted */
    int64_t cells, room;
} llr_csv_t;

/* The separator is the one that the first two records have most of; blanks, where there is none and
 * all words of the first are numbers. */
llr_code_t llr_csv_open(llr_csv_t *csv, const char *path, llr_error_t *error);
/* The next record; *more false at the end. LLR_INVALID: a quote is not closed, or text behind it.
 */
llr_code_t llr_csv_next(llr_csv_t *csv, bool *more, llr_error_t *error);
void llr_csv_rewind(llr_csv_t *csv);
void llr_csv_close(llr_csv_t *csv);

#endif
