# cmake -DPROGRAM=... -DTOPIC=... -DFILE=... -P LlrPage.cmake: what the program's help says, as a file.
execute_process(COMMAND ${PROGRAM} help ${TOPIC} OUTPUT_FILE ${FILE} COMMAND_ERROR_IS_FATAL ANY)
