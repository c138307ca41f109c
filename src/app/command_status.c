#include "app/commands.h"
#include "app/results.h"

#include <stdio.h>

static void print_statuses(const llr_loaded_t *loaded)
{
    int64_t count[LLR_FIT_STATUS_COUNT] = {0};
    for (int64_t u = 0; u < loaded->session.grid.units; u++)
        for (int64_t r = 0; r < loaded->block[u].rows; r++)
            count[loaded->block[u].row[r].fit.status]++;
    for (int s = 0; s < LLR_FIT_STATUS_COUNT; s++)
        if (count[s])
            printf("  %-20s %lld cells\n", llr_fit_status_name((llr_fit_status_t)s),
                   (long long)count[s]);
}

llr_code_t llr_command_status(const llr_options_t *options, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_code_t code = llr_loaded_open(&loaded, options->argument[0], error);
    if (code == LLR_OK) {
        const llr_grid_t *grid = &loaded.session.grid;
        printf("%s: %lld of %lld units done (%lld of %lld cells), %lld segment%s\n",
               loaded.session.job.name, (long long)loaded.done, (long long)grid->units,
               (long long)loaded.cells, (long long)grid->cells, (long long)loaded.journal.segments,
               loaded.journal.segments == 1 ? "" : "s");
        print_statuses(&loaded);
        if (loaded.journal.duplicates)
            printf("  %lld units were solved twice, with the same result\n",
                   (long long)loaded.journal.duplicates);
        if (loaded.journal.torn_bytes)
            printf("  %lld bytes of a record that was being written were dropped\n",
                   (long long)loaded.journal.torn_bytes);
    }
    llr_loaded_close(&loaded);
    return code;
}
